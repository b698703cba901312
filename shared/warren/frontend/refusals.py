"""What workflow code may not call or mention, why, and what to write instead: a table by module and name.

A workflow is evaluated by the engine, again on each replay, away from the machine and moment it was written for; so
whatever depends on either, or acts on the outside world, belongs in an `@action`. Must not know syntax.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from warren.errors import RefusalCode
from warren.prelude.asyncio_names import is_coordination


@dataclass(frozen=True)
class Refusal:
    """Code, reason and rewrite of a refusal; `{name}` in the texts stands for how the user wrote it."""

    code: RefusalCode
    message: str
    recommendation: str

    def named(self, name: str, *, key: str = "") -> Refusal:
        """This refusal with the user's own spelling filled in, and the key of an action."""
        message = self.message.replace("{name}", name).replace("{key}", key)
        return Refusal(self.code, message, self.recommendation.replace("{name}", name))


_CLOCK = Refusal(
    RefusalCode.NONDETERMINISTIC,
    "{name} reads the clock, so it would give another value on every replay",
    "`now = warren.now()`: recorded once, the same on every replay (UTC)",
)
_RANDOM = Refusal(
    RefusalCode.NONDETERMINISTIC,
    "{name} is random, so it would give another value on every replay",
    "`value = warren.random()`: drawn once, the same on every replay; anything else in an @action",
)
_UUID = Refusal(
    RefusalCode.NONDETERMINISTIC,
    "{name} makes a new id, so it would give another value on every replay",
    "`id = warren.uuid4()`: made once, the same on every replay",
)
_TIME = Refusal(
    RefusalCode.NONDETERMINISTIC,
    "{name} depends on the machine's clock or blocks it",
    "to wait, write `await asyncio.sleep(seconds)`, which is durable; read a clock in an @action and await it",
)
_SYSTEM = Refusal(
    RefusalCode.SIDE_EFFECT,
    "{name} reaches the operating system, which differs between machines and replays",
    "do it in an @action and await it, or pass the value to run() as a parameter",
)
_OUTPUT = Refusal(
    RefusalCode.SIDE_EFFECT,
    "{name} writes output, which would be repeated on every replay",
    "`warren.log(text)` for a log line; other output in an @action that is awaited",
)
_INPUT = Refusal(
    RefusalCode.SIDE_EFFECT,
    "{name} reads from the outside world",
    "read it in an @action and await it, or pass it to run() as a parameter",
)
_IDENTITY = Refusal(
    RefusalCode.NONDETERMINISTIC,
    "{name} differs between processes",
    "compare values with == or `is`, or use a key that is part of the data",
)
_REFLECTION = Refusal(
    RefusalCode.REFLECTION,
    "{name} reaches into the interpreter, which a workflow does not run in",
    "name the attribute, variable or code directly; keep varying data in a dict",
)
_PLAIN_OBJECT = Refusal(
    RefusalCode.REFLECTION, "{name} has no meaning in a workflow", "use None, a string or an enum member"
)
_LOGGING = Refusal(
    RefusalCode.SIDE_EFFECT,
    "{name} logs, which would be repeated on every replay",
    "`warren.log(text)`: once, with the run's id, never on replay",
)
_CONCURRENCY = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "{name} is not one of the asyncio functions that a workflow may use",
    "use `asyncio.gather`, `create_task`, `TaskGroup`, `wait_for`, `wait`, `timeout` or `sleep`, or `Queue`, `Event`, "
    "`Lock`, `Semaphore` or `Condition`",
)
_TO_ACTION = "do it in an @action and await it; one that is a plain `def` runs in a thread"
_TASK = "`task = asyncio.create_task(work())`, and `await task` where its result is needed"
_ASYNCIO = {
    "Future": _TASK,
    "run": "await it: `await work()`",
    "to_thread": _TO_ACTION,
    "get_event_loop": _TO_ACTION,
    "get_running_loop": _TO_ACTION,
}
"""What to write instead of what asyncio has, by name."""
_OPERATOR = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "{name} cannot be compiled",
    "write the operation itself: `items[key] = value`, `a += b`",
)
_REGEX = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "{name} is a regular expression: some take without end on some texts, and nothing could stop them in a coordinator",
    "use methods of the text: `text.split(sep)`, `text.partition(sep)`, `text.removeprefix(start)`, `text.isdigit()`; "
    "or match it in an @action and await that",
)
_NAMED_TUPLE = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "{name} makes or chains containers in a way that a workflow cannot keep",
    "use a dict, or a dataclass that is defined at module level",
)
_OTHER_CALLABLE = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "{name} is not one of the functions that a workflow may call",
    "call it in an @action and await it",
)
_MODULE = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "the module {name} is not a value in a workflow",
    "name what you need of it: `{name}.function`",
)

AROUND_ACTION = Refusal(
    RefusalCode.DECORATOR,
    "{name} is what a decorator above @action made, and no function that could be compiled",
    "put the decorator below `@action`: the worker then runs it, around the function",
)
AROUND_METHOD = Refusal(
    RefusalCode.DECORATOR,
    "a decorator stands on this method, and its wrapper passes the workflow itself on, which is no value in a run",
    "leave the decorator out, and write what it does into the method or into an @action that the method awaits",
)
ACTION_OF_SELF = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "{name} is an action in a class, which Python would call with the workflow as its first argument",
    "call the action by the name of its function, or write `staticmethod(...)` around it in the class",
)
DERIVED_FROM_ASYNCIO = Refusal(
    RefusalCode.UNSUPPORTED_OBJECT,
    "the class {name} is derived from a class of asyncio's, whose methods are not its own in a workflow",
    "keep the object in a field of a dataclass, and write methods that use it",
)
LIVES_IN_RUN = Refusal(
    RefusalCode.SIGNATURE,
    "{name} takes or gives a {key}, which coordinates the tasks of one run and cannot leave it",
    "make it in the workflow, and pass on what is in it",
)
ONE_KEY = Refusal(
    RefusalCode.REBOUND,
    "{name} is one of several actions that are registered as {key}, under which a worker finds only the last",
    "give each a name: `@action(name=...)`; a decorator below @action should use `functools.wraps`",
)

BUILTINS = {
    "print": _OUTPUT,
    "input": _INPUT,
    "open": _INPUT,
    "breakpoint": _OUTPUT,
    "id": _IDENTITY,
    "hash": _IDENTITY,
    "object": _PLAIN_OBJECT,
    **dict.fromkeys(
        [
            "globals",
            "locals",
            "vars",
            "dir",
            "setattr",
            "delattr",
            "eval",
            "exec",
            "compile",
            "__import__",
            "memoryview",
        ],
        _REFLECTION,
    ),
}
"""Builtins that are refused with a reason of their own."""

MODULES = {
    "asyncio": _CONCURRENCY,
    "_asyncio": _CONCURRENCY,
    "time": _TIME,
    "random": _RANDOM,
    "secrets": _RANDOM,
    "uuid": _UUID,
    "os": _SYSTEM,
    "posix": _SYSTEM,
    "sys": _SYSTEM,
    "platform": _SYSTEM,
    "socket": _SYSTEM,
    "subprocess": _SYSTEM,
    "threading": _SYSTEM,
    "pathlib": _SYSTEM,
    "shutil": _SYSTEM,
    "logging": _LOGGING,
    "io": _INPUT,
    "_io": _INPUT,
    "datetime": _CLOCK,
    "operator": _OPERATOR,
    "_operator": _OPERATOR,
    "collections": _NAMED_TUPLE,
    "re": _REGEX,
}
"""By top-level module, for what is not an intrinsic."""

CLASS_METHODS = {
    **dict.fromkeys(["now", "utcnow"], _CLOCK),
    "today": Refusal(
        _CLOCK.code,
        _CLOCK.message,
        "`today = warren.now().date()`: recorded once, the same on every replay (UTC); a datetime is `warren.now()`",
    ),
    **dict.fromkeys(
        ["utcfromtimestamp", "fromtimestamp"],
        Refusal(
            RefusalCode.NONDETERMINISTIC,
            "{name} without a time zone depends on the machine's",
            "give it one: `datetime.fromtimestamp(seconds, UTC)`",
        ),
    ),
    **dict.fromkeys(
        ["format", "format_map"],
        Refusal(
            RefusalCode.REFLECTION,
            "{name} as a value is not supported",
            "write an f-string, or call it on the text itself",
        ),
    ),
}
"""Class methods of intrinsic classes that are refused with a reason of their own."""

MACHINE_TIMEZONE = CLASS_METHODS["fromtimestamp"]


def refusal_of(value: Any, name: str) -> Refusal:
    """Why an object that is neither a constant nor compilable is refused."""
    owner = getattr(value, "__self__", None)  # of a bound method such as `random.random`, or a module
    holder = value if owner is None or isinstance(owner, ModuleType) else type(owner)
    module = getattr(holder, "__module__", None) or type(value).__module__
    top = str(module).partition(".")[0]
    own = getattr(value, "__name__", "")
    if isinstance(value, ModuleType):
        return _MODULE.named(name)
    if top == "builtins" and callable(value):
        return BUILTINS.get(own, _OTHER_CALLABLE).named(name)
    if not callable(value) and top not in {"os", "posix", "logging", "random", "io", "re"}:
        return _captured(value, name)
    found = MODULES.get(top, _OTHER_CALLABLE)
    if found is _CONCURRENCY and own in _ASYNCIO:
        found = Refusal(found.code, found.message, _ASYNCIO[own])
    return found.named(name)


def _captured(value: Any, name: str) -> Refusal:
    kind = type(value).__name__
    if isinstance(value, list | dict | set | bytearray):
        rewrites = {
            "list": f"make it a tuple: `{name} = (...)`",
            "set": f"make it a frozenset: `{name} = frozenset(...)`",
            "dict": f"pass it to run() as a parameter, build it inside run(), or make it a tuple of pairs: "
            f"`{name} = (...)` and `dict({name})`",
        }
        return Refusal(
            RefusalCode.MUTABLE_CAPTURE,
            f"{name} is a {kind} outside the workflow; it may change after the workflow was compiled",
            rewrites.get(kind, "make it immutable, or pass it to run() as a parameter"),
        )
    if is_coordination(type(value)):
        return Refusal(
            RefusalCode.MUTABLE_CAPTURE,
            f"{name} is a {kind} outside the workflow, and no run has a part in it",
            f"make one for each run, in `__init__` or `run()`: `self.{name.lower()} = asyncio.{kind}()`",
        )
    return Refusal(
        RefusalCode.MUTABLE_CAPTURE,
        f"{name} is a {kind}, which is not an immutable constant",
        "pass it to run() as a parameter, make it a frozen dataclass or a tuple of constants, or use it in an @action",
    )


STATEMENTS = {
    "With": Refusal(
        RefusalCode.CONTEXT_MANAGER,
        "`with` is not supported in a workflow",
        "do what needs the resource in an @action; to ignore an exception write `try: ... except KeyError: pass`",
    ),
    "AsyncFor": Refusal(
        RefusalCode.ASYNC_ITERATION,
        "`async for` is not supported in a workflow",
        "let the action return a list and write `for item in await items():`",
    ),
    "TryStar": Refusal(
        RefusalCode.UNSUPPORTED_STATEMENT,
        "`except*` is not supported in a workflow",
        "catch the group and look inside: `except ExceptionGroup as group: ... group.exceptions`",
    ),
    "ClassDef": Refusal(
        RefusalCode.UNSUPPORTED_STATEMENT,
        "`class` inside a workflow is not supported",
        "define the class at module level",
    ),
    "Import": Refusal(
        RefusalCode.UNSUPPORTED_STATEMENT,
        "`import` inside a workflow is not supported",
        "import it at the top of the module",
    ),
    "ImportFrom": Refusal(
        RefusalCode.UNSUPPORTED_STATEMENT,
        "`import` inside a workflow is not supported",
        "import it at the top of the module",
    ),
    "TypeAlias": Refusal(
        RefusalCode.UNSUPPORTED_STATEMENT,
        "`type` inside a workflow is not supported",
        "define the type at module level",
    ),
}
"""Statements that are always refused, by syntax class."""

_YIELD = Refusal(
    RefusalCode.UNSUPPORTED_EXPRESSION,
    "`yield` is not supported in a workflow",
    "collect the values in a list and return it: `items.append(value)`",
)
EXPRESSIONS = {
    "Yield": _YIELD,
    "YieldFrom": _YIELD,
    "TemplateStr": Refusal(
        RefusalCode.UNSUPPORTED_EXPRESSION,
        "a template string is not supported in a workflow",
        'use an f-string: `f"..."`',
    ),
    "Interpolation": Refusal(
        RefusalCode.UNSUPPORTED_EXPRESSION,
        "a template string is not supported in a workflow",
        'use an f-string: `f"..."`',
    ),
    "GeneratorExp": Refusal(
        RefusalCode.GENERATOR_VALUE,
        "a generator expression can only be consumed where it stands: by `sum`, `any`, `sorted`, `join`, ...",
        "use a list: `[... for ... in ...]`",
    ),
}
"""Expressions that are always refused, by syntax class (a generator expression: where it is not consumed at once)."""

_INSTEAD = {
    "__class__": "compare types with `isinstance(value, Class)` or `type(value)`; its name is `type(value).__name__`",
    "__dict__": "name the attributes, or use `model.model_dump()`, or `dataclasses.asdict(value)` of a dataclass",
    "__context__": "raise with `raise ... from error` and read `error.__cause__`",
    "__suppress_context__": "read `error.__cause__`",
    "__traceback__": "read `str(error)` or `repr(error)`; the traceback is in the run's history",
    "__notes__": "put it into the exception's message or an attribute of it",
    "__doc__": "keep the text in a constant",
    "__module__": "keep the text in a constant",
    "__len__": "write `len(value)`",
    "__iter__": "write `iter(value)`",
    "__next__": "write `next(iterator)`",
    "__getitem__": "write `value[key]`",
    "__setitem__": "write `value[key] = item`",
    "__contains__": "write `item in value`",
    "__str__": "write `str(value)`",
    "__repr__": "write `repr(value)`",
    "__eq__": "write `value == other`",
    "__members__": "write `list(Class)` for the members, `Class[name]` for one of them",
}
"""What to write instead of Python's own special attributes, by name."""


def underscore(name: str, *, attribute: bool = False) -> Refusal:
    """The refusal of a private name."""
    public = name.strip("_")
    rename = f"rename it to {public!r}" if public.isidentifier() else "use a public name"
    instead = f"{'use a public attribute: ' if attribute else ''}{rename}, or do what needs it in an @action"
    if name.startswith("__") and name.endswith("__"):
        instead = _INSTEAD.get(name, "do what needs it in an @action and await it")
    return Refusal(
        RefusalCode.UNDERSCORE_NAME,
        f"{'the attribute ' if attribute else ''}{name!r} starts with an underscore, which a workflow may not reach",
        instead,
    )
