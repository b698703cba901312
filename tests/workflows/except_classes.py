"""`except` with classes from a variable, a tuple constant, and a wrong one."""

from warren import Workflow, action, workflow

CAUGHT = (ValueError, KeyError)


@action
async def fail(kind: str) -> None:
    raise {"value": ValueError, "key": KeyError, "type": TypeError}[kind]("x")


@workflow
class ExceptClasses(Workflow):
    async def run(self, kind: str, wrong: bool) -> str:
        classes = (TypeError,) if not wrong else "TypeError"
        try:
            await fail(kind)
        except CAUGHT as error:
            return f"constant {error!r}"
        except classes:
            return "variable"
        return "none"


CASES = [{"kind": kind, "wrong": wrong} for kind in ("value", "key", "type") for wrong in (False, True)]
