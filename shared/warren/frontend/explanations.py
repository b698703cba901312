"""What each refusal code means, with code that is refused and what to write instead.

The one text for `warren check --explain` and docs/reference/refusals.md; a test compiles every example. Must not know
which places are refused: that stands in the front end, and the reason in the message of each refusal.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

from warren.errors import RefusalCode

PRELUDE: Final = '''\
import asyncio
from dataclasses import dataclass

import warren
from warren import RetryPolicy, Workflow, action, workflow


@action
async def fetch(key):
    """Anything that needs the outside world."""
'''
"""What stands above every example."""

_WIDTH: Final = 100
_WORKFLOW: Final = """\
@workflow
class Order(Workflow):
    async def run(self, order):
"""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The meaning of a code; `refused` and `instead` are the body of `run`, each with what stands above the class.

    `below` stands below the refused one.
    """

    meaning: str
    refused: str = ""
    instead: str = ""
    above: str = ""
    above_instead: str | None = None
    below: str = ""

    @property
    def refused_source(self) -> str:
        """The example that is refused, without the prelude; "" where no example can be given."""
        return _source(self.above, self.refused) + (f"\n\n{self.below}\n" if self.below else "")

    @property
    def instead_source(self) -> str:
        """The same, as it compiles."""
        return _source(self.above if self.above_instead is None else self.above_instead, self.instead)


def explain(code: RefusalCode) -> str:
    """The whole explanation of a code, as Markdown."""
    explanation = EXPLANATIONS[code]
    parts = [f"## {code}", textwrap.fill(explanation.meaning, _WIDTH)]
    if explanation.refused:
        parts += ["Refused:", _block(explanation.refused_source), "Instead:", _block(explanation.instead_source)]
    return "\n\n".join(parts) + "\n"


def _source(above: str, body: str) -> str:
    if not body:
        return ""
    return (f"{above}\n\n\n" if above else "") + _WORKFLOW + textwrap.indent(body, " " * 8) + "\n"


def _block(source: str) -> str:
    return textwrap.indent(source.rstrip("\n"), " " * 4)


_PRICE: Final = """\
@dataclass
class Price:
    cents: int

    def __post_init__(self):
        self.cents = int(self.cents)


"""

EXPLANATIONS: Final = {
    RefusalCode.NONDETERMINISTIC: Explanation(
        meaning="The value would be another one on every replay or in every process: clocks, random numbers, new "
        "ids, `id`, `hash`, the machine's time zone. Warren has recorded ones: `warren.now()`, "
        "`warren.random()`, `warren.uuid4()`. Anything else belongs in an action.",
        above="from datetime import datetime",
        refused="return datetime.now()",
        above_instead="",
        instead="return warren.now()",
    ),
    RefusalCode.SIDE_EFFECT: Explanation(
        meaning="The call reads from or writes to the outside world: output, input, files, logs, the operating "
        "system. A replay would do it again. Do it in an action; for a log line there is `warren.log`.",
        refused="print(order)",
        instead="warren.log(order)",
    ),
    RefusalCode.REFLECTION: Explanation(
        meaning="The code reaches into the interpreter (`eval`, `globals`, `vars`, `setattr`, `type` with three "
        "arguments, ...), which a workflow does not run in. Name the attribute, the variable or the "
        "function directly.",
        refused="return eval(order)",
        instead="return int(order)",
    ),
    RefusalCode.UNCOMPILABLE_CALL: Explanation(
        meaning="A function or method that the workflow calls cannot be compiled. The message says which place in "
        "it is the reason. Change that place, or make the function an action.",
        above="def show(order):\n    print(order)",
        refused="show(order)",
        above_instead="@action\nasync def show(order):\n    print(order)",
        instead="await show(order)",
    ),
    RefusalCode.UNSUPPORTED_OBJECT: Explanation(
        meaning="The function, class or module is not one that a workflow may use. docs/language.md lists those of "
        "the standard library. Use others in an action.",
        above="import re",
        refused='return re.fullmatch("[0-9]+", order) is not None',
        above_instead="",
        instead="return order.isdigit()",
    ),
    RefusalCode.UNSUPPORTED_STATEMENT: Explanation(
        meaning="A workflow does not have this statement: `class`, `import` and `type` inside a function, "
        "`except*`, decorators and type parameters of nested functions.",
        refused="import json\nreturn json.loads(order)",
        above_instead="import json",
        instead="return json.loads(order)",
    ),
    RefusalCode.UNSUPPORTED_EXPRESSION: Explanation(
        meaning="A workflow does not have this expression: `yield`, template strings, `...` as a value, "
        "`Class[...]` outside annotations.",
        refused="for line in order:\n    yield line.strip()",
        instead="return [line.strip() for line in order]",
    ),
    RefusalCode.UNDERSCORE_NAME: Explanation(
        meaning="A name that starts with an underscore is private: it is Python's machinery, or a library's. On "
        "`self` and in your own classes such names are allowed, except those with two underscores.",
        refused="return order.__class__.__name__",
        instead="return type(order).__name__",
    ),
    RefusalCode.UNDEFINED_NAME: Explanation(
        meaning="The name has no value when the workflow is compiled, which is where its class statement stands; or "
        "an attribute of `self` is read that is never assigned.",
        refused="return order * self.discount",
        instead="self.discount = 2\nreturn order * self.discount",
    ),
    RefusalCode.MUTABLE_CAPTURE: Explanation(
        meaning="The value comes from outside the workflow and can change after the workflow was compiled. Only "
        "immutable values are captured. Make it a tuple or a frozen dataclass, or pass it to `run()`.",
        above="PRICES = [10, 20]",
        refused="return PRICES[order]",
        above_instead="PRICES = (10, 20)",
        instead="return PRICES[order]",
    ),
    RefusalCode.GLOBAL_ASSIGNMENT: Explanation(
        meaning="The workflow assigns a variable or an attribute outside itself, which other runs and processes do "
        "not see. The state of a run is its variables and the attributes of `self`.",
        above="TOTAL = 0",
        refused="global TOTAL\nTOTAL = TOTAL + order",
        instead="total = TOTAL + order\nreturn total",
    ),
    RefusalCode.ASSIGNMENT: Explanation(
        meaning="The workflow assigns an attribute of `self` that is part of the class, such as a method. Use a "
        "name of its own.",
        refused="self.start = order",
        instead="self.first = order",
    ),
    RefusalCode.SELF_ESCAPE: Explanation(
        meaning="The workflow itself is used as a value. There is no such object in a run: only `self.attribute` "
        "and `self.method(...)` are possible. Pass the values that are needed.",
        above="def describe(order):\n    return str(order.total)",
        refused="self.total = order\nreturn describe(self)",
        above_instead="def describe(total):\n    return str(total)",
        instead="self.total = order\nreturn describe(self.total)",
    ),
    RefusalCode.WORKFLOW_VALUE: Explanation(
        meaning="A workflow class is used as a value. To start another workflow and wait for its result, write "
        "`await Other().run(...)`; to start it without waiting, do so in an action.",
        refused="kind = Order\nreturn kind.__name__",
        instead='return "Order"',
    ),
    RefusalCode.CHILD_RUN: Explanation(
        meaning="A child run cannot be started like this: a workflow does not start itself, and of the options of a "
        "start a child has `_key`, and `_parent_close_policy`, `_retry` and `_execution_timeout` besides.",
        above="@workflow\nclass Payment(Workflow):\n    async def run(self, order):\n        return await fetch(order)",
        refused="return await Payment().run(order, _blocking=False)",
        instead="return await Payment().run(order)",
    ),
    RefusalCode.DECORATOR: Explanation(
        meaning="A decorator stands where it cannot be carried out. Above `@action` it becomes a part of the workflow "
        "and has to be compiled; below it, a worker runs it with the action. Around `run()` or a method it cannot pass "
        "the workflow on, and above `@workflow` it would change what is compiled already.",
        above="import functools\nimport time\n\n\ndef timed(function):\n    @functools.wraps(function)\n"
        "    async def wrapper(*args):\n        start = time.perf_counter()\n"
        "        return await function(*args), time.perf_counter() - start\n\n    return wrapper\n\n\n"
        "@timed\n@action\nasync def charge(order):\n    return order",
        refused="return await charge(order)",
        above_instead="import functools\nimport time\n\n\ndef timed(function):\n    @functools.wraps(function)\n"
        "    async def wrapper(*args):\n        start = time.perf_counter()\n"
        "        return await function(*args), time.perf_counter() - start\n\n    return wrapper\n\n\n"
        "@action\n@timed\nasync def charge(order):\n    return order",
        instead="return await charge(order)",
    ),
    RefusalCode.REBOUND: Explanation(
        meaning="A name has another value than the one that the workflow was compiled with: it is bound again below "
        "the class, or was changed from elsewhere before the workflow was registered. Python would look it up during "
        "the run, a program has what it was. Bind it once, above the workflow. The same is said of actions that are "
        "registered under one key.",
        above="@action\nasync def charge(order):\n    return order\n\n\nLIMIT = 10",
        refused="return await charge(order) < LIMIT",
        below="LIMIT = 20",
        instead="return await charge(order) < LIMIT",
    ),
    RefusalCode.SIGNATURE: Explanation(
        meaning="The arguments do not fit: `run()` has parameters that a start cannot name, `__init__` requires "
        "arguments, a default is not a constant, or `run_action` or a policy got something else than it "
        "takes.",
        refused="return await self.run_action(fetch(order), timeout=-1)",
        instead="return await self.run_action(fetch(order), timeout=30)",
    ),
    RefusalCode.UNKNOWN_KEYWORD: Explanation(
        meaning="The call has an option that does not exist, or that a workflow does not have.",
        refused="return await self.run_action(fetch(order), retries=3)",
        instead="return await self.run_action(fetch(order), retry=RetryPolicy(attempts=3))",
    ),
    RefusalCode.CONSTRUCTION: Explanation(
        meaning="Making an instance of the class runs code of its own (validators, `__post_init__`, `__init__`). A "
        "worker does that, so it has to be awaited, and a plain function cannot wait.",
        above=f"{_PRICE}def price(order):\n    return Price(order)",
        refused="return price(order)",
        above_instead=f"{_PRICE}async def price(order):\n    return Price(order)",
        instead="return await price(order)",
    ),
    RefusalCode.MISSING_AWAIT: Explanation(
        meaning="An action or an `async def` is called and not awaited, so it would never run.",
        refused="fetch(order)",
        instead="await fetch(order)",
    ),
    RefusalCode.BARE_RAISE: Explanation(
        meaning="`raise` alone raises again what an `except` block caught; here there is none.",
        refused="if not order:\n    raise",
        instead='if not order:\n    raise ValueError("an order without lines")',
    ),
    RefusalCode.GENERATOR_VALUE: Explanation(
        meaning="A generator expression is kept or passed on. A run cannot store one, so it must be consumed where "
        "it stands (`sum`, `any`, `sorted`, `join`, ...). Use a list.",
        refused="lines = (line.strip() for line in order)\nreturn list(lines)",
        instead="lines = [line.strip() for line in order]\nreturn lines",
    ),
    RefusalCode.ASYNC_ITERATION: Explanation(
        meaning="`async for` is not supported. Let an action return a list.",
        refused="async for line in fetch(order):\n    warren.log(line)",
        instead="for line in await fetch(order):\n    warren.log(line)",
    ),
    RefusalCode.CONTEXT_MANAGER: Explanation(
        meaning="`with` is not supported, and `async with` only on what lives in the run: `asyncio.timeout(...)`, "
        "`asyncio.TaskGroup()`, locks, and objects of your own with `__aenter__` and `__aexit__`. A resource of the "
        "outside cannot be held open while a run waits, perhaps for days. Use it in an action.",
        refused='with open("prices.csv") as file:\n    return file.read()',
        above_instead='@action\nasync def read_prices():\n    with open("prices.csv") as file:\n'
        "        return file.read()",
        instead="return await read_prices()",
    ),
    RefusalCode.CLOSURE_IN_COMPREHENSION: Explanation(
        meaning="A function inside a comprehension that awaits captures the comprehension's variable. Bind it as a "
        "default, or write a `for` loop.",
        refused="later = [(await fetch(one), lambda: one) for one in order]\nreturn [get() for _, get in later]",
        instead="later = [(await fetch(one), lambda one=one: one) for one in order]\n"
        "return [get() for _, get in later]",
    ),
    RefusalCode.SOURCE_UNAVAILABLE: Explanation(
        meaning="The source text of the function cannot be read, so there is nothing to compile: it was typed into "
        "an interpreter, made by `exec`, or its file was changed or removed after the import. Define it in "
        "a module file.",
    ),
    RefusalCode.UNSUPPORTED: Explanation(
        meaning="The code of an `UnsupportedPatternError` that was raised without one. Its message says what is wrong.",
    ),
}
