"""What an exception says of itself, before and after an await: attributes of instances, classes and of C, and texts."""

import asyncio
import json

from warren import Workflow, action, workflow


class Coded(Exception):
    code = 0
    retryable = True

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code

    def __str__(self) -> str:
        return f"[{self.code}]"


class Missing(KeyError):
    pass


class App(Exception):
    status = 500


class NotFound(App, KeyError):
    status = 404


class Gone(OSError):
    pass


class Spelled(Exception):
    def __repr__(self) -> str:
        return "Spelled!"


def raise_os() -> None:
    raise FileNotFoundError(2, "No such file", "x.txt")


def raise_unicode() -> None:
    b"\xff".decode()


def raise_attribute() -> None:
    None.foo  # type: ignore[attr-defined]  # on purpose


def raise_syntax() -> None:
    compile("a b", "x", "exec")


RAISING = {
    "coded": Coded(42, "boom"),
    "missing": Missing("k"),
    "not found": NotFound("n"),
    "gone": Gone(2, "gone", "f.txt"),
    "spelled": Spelled(1),
    "import": ImportError("no", name="nothing"),
    "group": ExceptionGroup("g", [ValueError("a"), Coded(1, "b")]),
}
CALLS = {"os": raise_os, "unicode": raise_unicode, "attribute": raise_attribute, "syntax": raise_syntax}


@action
async def fail(kind: str) -> None:
    if kind == "json":
        json.loads("{")
    if kind in CALLS:
        CALLS[kind]()
    raise RAISING[kind]


@action
async def nap() -> None:
    pass


def look(e: Exception) -> list:
    names = ("code", "retryable", "status", "errno", "strerror", "filename", "reason", "start", "object", "encoding")
    texts = [type(e).__name__, str(e), repr(e), repr(e.args), f"{e!s:>5}|{e}", repr([e])]
    others = [getattr(e, name, "-") for name in ("lineno", "pos", "message", "name", "text")]
    kinds = [isinstance(e, KeyError), isinstance(e, OSError), isinstance(e, LookupError)]
    return [texts, [getattr(e, name, "-") for name in names], others, kinds]


@workflow
class ExceptionAttributes(Workflow):
    async def run(self, kind: str) -> list:
        try:
            await fail(kind)
        except Coded as coded:
            first = [coded.code, coded.retryable, str(coded)]
            error: Exception = coded
        except Exception as other:
            first = []
            error = other
        before = look(error)
        await nap()
        await asyncio.sleep(0.001)
        try:
            raise Coded(3)
        except Coded as again:
            mine = again
        mine.retryable = False
        await nap()
        return [first, before, look(error) == before, mine.code, mine.retryable, str(mine), Coded.retryable]


CASES = [{"kind": kind} for kind in [*RAISING, *CALLS, "json"]]
