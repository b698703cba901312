"""What counts is what a name means in Python: a decorator is carried out, or refused with its place and a rewrite."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.modules import both, write_and_import

from warren import UnsupportedPatternError
from warren.errors import Diagnostic, RefusalCode

PAYING = """
@workflow
class Paying(Workflow):
    name = NAME

    async def run(self, amount: int):
        return await pay(amount)
"""


def paying(decorators: str, function: str = "async def pay(amount: int):\n    return amount\n") -> str:
    return f"{decorators}\n{function}{PAYING}"


SAME = {
    "above, with wraps": (paying("@positive\n@action"), "3"),
    "above, any arguments": (paying("@logged\n@action"), "['logged', 3]"),
    "above, without wraps": (paying("@bare\n@action"), "('bare', 3)"),
    "above, not async": (paying("@unasync\n@action"), "3"),
    "above a plain def": (paying("@logged\n@action", "def pay(amount: int):\n    return amount\n"), "['logged', 3]"),
    "two above": (paying("@logged\n@bare\n@action"), "['logged', ('bare', 3)]"),
    "below": (paying("@action\n@logged"), "['logged', 3]"),
    "below, without wraps": (paying("@action\n@bare"), "('bare', 3)"),
    "above and below": (paying("@logged\n@action\n@positive"), "['logged', 3]"),
    "an action over an action": (paying("@action\n@logged\n@action"), "['logged', 3]"),
    "an argument injected above": (
        paying("@injected\n@action", "async def pay(db: str, amount: int):\n    return [db, amount]\n"),
        "['db', 3]",
    ),
    "bound again above the workflow": (
        "@action\nasync def pay(amount: int):\n    return amount\npay = logged(pay)\n" + PAYING,
        "['logged', 3]",
    ),
    "another name": ("@action\nasync def other(amount: int):\n    return amount\npay = other\n" + PAYING, "3"),
    "a partial": (
        "@action\nasync def add(one: int, two: int):\n    return one + two\npay = functools.partial(add, 10)\n"
        + PAYING,
        "13",
    ),
    "a partial of a decorated one": (
        "@logged\n@action\nasync def add(one: int, two: int):\n    return one + two\n"
        "pay = functools.partial(add, 10)\n" + PAYING,
        "['logged', 13]",
    ),
    "in a class": (
        "@action\nasync def other(amount: int):\n    return amount\n\n\nclass Api:\n    pay = other\n"
        + PAYING.replace("await pay", "await Api.pay"),
        "3",
    ),
    "a static method": (
        "@logged\n@action\nasync def other(amount: int):\n    return amount\n"
        + PAYING.replace("    name", "    pay = staticmethod(other)\n    name").replace("await pay", "await self.pay"),
        "['logged', 3]",
    ),
    "in a tuple": (
        "@action\nasync def one(amount: int):\n    return amount\n@logged\n@action\nasync def two(amount: int):\n"
        "    return amount\nBOTH = (one, two)\n"
        + PAYING.replace("await pay(amount)", "[await f(amount) for f in BOTH]"),
        "[3, ['logged', 3]]",
    ),
    "a decorated helper": (
        "@unasync\ndef pay(amount):\n    return amount + 1\n" + PAYING.replace("await ", ""),
        "4",
    ),
    "a wrapper of run that takes other arguments": (
        "def given(function):\n    @functools.wraps(function)\n    async def wrapper(self, amount):\n"
        "        return ('given', amount)\n    return wrapper\n"
        + PAYING.replace("    async", "    @given\n    async").replace("(self, amount", "(self, db, amount"),
        "('given', 3)",
    ),
}


@pytest.mark.parametrize("case", SAME)
async def test_does_what_python_does(case: str, tmp_path: Path) -> None:
    source, expected = SAME[case]
    module = write_and_import(tmp_path, source)
    assert await both(module.Paying, 3) == [expected, expected]


async def test_the_error_of_a_decorator_is_raised(tmp_path: Path) -> None:
    module = write_and_import(tmp_path, paying("@positive\n@action"))
    assert await both(module.Paying, -3) == ["ValueError('not positive')"] * 2


SELF_PASSING = (
    "def around(function):\n    @functools.wraps(function)\n    async def wrapper(self, amount):\n"
    "        return await function(self, amount)\n    return wrapper\n"
)
REFUSED = {
    "an object around an action": (paying("@Callable\n@action"), RefusalCode.DECORATOR, "@action made"),
    "a cache around an action": (paying("@functools.cache\n@action"), RefusalCode.DECORATOR, "@action made"),
    "what a workflow cannot do": (
        "def timed(function):\n    @functools.wraps(function)\n    async def wrapper(amount):\n"
        "        return time.time(), await function(amount)\n    return wrapper\n" + paying("@timed\n@action"),
        RefusalCode.DECORATOR,
        "pay cannot be compiled",
    ),
    "run_action of a decorated action": (
        paying("@logged\n@action").replace("await pay(amount)", "await self.run_action(pay(amount), timeout=3)"),
        RefusalCode.DECORATOR,
        "what a decorator put around one",
    ),
    "run with any arguments": (
        PAYING.replace("    async", "    @logged\n    async"),
        RefusalCode.DECORATOR,
        "a decorator stands on run()",
    ),
    "run without wraps": (
        "def around(function):\n    async def wrapper(*args):\n        return 1\n    return wrapper\n"
        + PAYING.replace("    async", "    @around\n    async"),
        RefusalCode.SIGNATURE,
        "run() cannot have *args",
    ),
    "run that passes self on": (
        SELF_PASSING + PAYING.replace("    async", "    @around\n    async"),
        RefusalCode.DECORATOR,
        "a decorator stands on this method",
    ),
    "a method that passes self on": (
        SELF_PASSING
        + PAYING.replace("await pay", "await self.pay").replace(
            "    async", "    @around\n    async def pay(self, amount):\n        return amount\n\n    async"
        ),
        RefusalCode.DECORATOR,
        "a decorator stands on this method",
    ),
    "a method of the workflow": (
        "@action\nasync def other(amount: int):\n    return amount\n"
        + PAYING.replace("    name", "    pay = other\n    name").replace("await pay", "await self.pay"),
        RefusalCode.UNSUPPORTED_OBJECT,
        "with the workflow as its first argument",
    ),
    "a method of an instance": (
        "import dataclasses\n@action\nasync def other(self, amount: int):\n    return amount\n"
        "@dataclasses.dataclass\nclass Api:\n    url: str\n    bill = other\n"
        + PAYING.replace("await pay", "await Api('x').bill"),
        RefusalCode.UNCOMPILABLE_CALL,
        "Api.bill is an action",
    ),
    "bound again below": (
        paying("@action") + "\n\npay = logged(pay)\n",
        RefusalCode.REBOUND,
        "pay is bound again at line",
    ),
    "another action below": (
        paying("@action") + "\n\n@action\nasync def other(amount: int):\n    return -amount\n\n\npay = other\n",
        RefusalCode.REBOUND,
        "pay is bound again at line",
    ),
    "a helper bound again below": (
        "def pay(amount):\n    return amount\n"
        + PAYING.replace("await ", "")
        + "\n\ndef pay(amount):\n    return -1\n",
        RefusalCode.REBOUND,
        "pay is bound again at line",
    ),
    "a constant bound again below": (
        "LIMIT = 1\n" + PAYING.replace("await pay(amount)", "LIMIT") + "\n\nif LIMIT:\n    LIMIT = 2\n",
        RefusalCode.REBOUND,
        "LIMIT is bound again at line",
    ),
    "two actions of one function": (
        "def make(factor):\n    @action\n    async def times(amount: int):\n        return amount * factor\n"
        "    return times\nonce = make(1)\ntwice = make(2)\n"
        + PAYING.replace("await pay(amount)", "await once(amount) + await twice(amount)"),
        RefusalCode.REBOUND,
        "twice is one of several actions",
    ),
    "two actions of one decorator without wraps": (
        "@action\n@bare\nasync def pay(amount: int):\n    return amount\n"
        "@action\n@bare\nasync def other(amount: int):\n    return -amount\n" + PAYING,
        RefusalCode.REBOUND,
        "pay is one of several actions",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_at_import(case: str, tmp_path: Path) -> None:
    source, code, fragment = REFUSED[case]
    found = refused(source, tmp_path)
    matching = [one for one in found if one.code is code and fragment in one.message]
    assert matching, found
    assert matching[0].line
    assert matching[0].filename
    assert matching[0].recommendation


def refused(source: str, folder: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(UnsupportedPatternError) as caught:
        write_and_import(folder, source)
    return tuple(caught.value.diagnostics)


async def test_the_same_module_may_be_imported_again(tmp_path: Path) -> None:
    """Its actions take the place of the older ones: their code is another object, and they are the same."""
    first = write_and_import(tmp_path, paying("@action"))
    text = Path(str(first.__file__)).read_text()
    exec(compile(text, str(first.__file__), "exec"), vars(first))
    assert await both(first.Paying, 3) == ["3", "3"]
