"""What Warren provides to workflow code, by name: the pure builtins, modules and durable operations.

The front end turns a reference to one of these objects (however it was imported or renamed) into `Intrinsic(name)`; the
engine has an implementation for every name, and a test compares the two. Everything here is pure and deterministic.
"""

from __future__ import annotations

from typing import Final

BUILTINS: Final = frozenset(
    [
        "NotImplemented",
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytes",
        "callable",
        "chr",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "hex",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "oct",
        "ord",
        "pow",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
"""`getattr` and `hasattr` refuse names that start with an underscore; `type` takes one argument."""

DURABLE: Final = frozenset(
    {
        "asyncio.sleep",
        "asyncio.gather",
        "asyncio.create_task",
        "asyncio.current_task",
        "asyncio.wait_for",
        "asyncio.timeout",
        "asyncio.TaskGroup",
        "run_action",
        "warren.sdk.durable.condition",
        "warren.now",
        "warren.uuid4",
        "warren.random",
        "warren.log",
        "warren.upsert_attributes",
        "warren.continue_as_new",
        "warren.history_length",
        "warren.history_size",
    }
)
"""What depends on the run: awaitables, and what would not be the same twice. `run_action` is `self.run_action`."""

MATH: Final = frozenset(
    [
        "acos",
        "acosh",
        "asin",
        "asinh",
        "atan",
        "atan2",
        "atanh",
        "ceil",
        "comb",
        "copysign",
        "cos",
        "cosh",
        "degrees",
        "dist",
        "erf",
        "erfc",
        "exp",
        "expm1",
        "fabs",
        "factorial",
        "floor",
        "fmod",
        "frexp",
        "fsum",
        "gamma",
        "gcd",
        "hypot",
        "isclose",
        "isfinite",
        "isinf",
        "isnan",
        "isqrt",
        "lcm",
        "ldexp",
        "lgamma",
        "log",
        "log10",
        "log1p",
        "log2",
        "modf",
        "nextafter",
        "perm",
        "pow",
        "prod",
        "radians",
        "remainder",
        "sin",
        "sinh",
        "sqrt",
        "tan",
        "tanh",
        "trunc",
        "ulp",
    ]
)

CLASSES: Final = frozenset(
    {
        "datetime.datetime",
        "datetime.date",
        "datetime.time",
        "datetime.timedelta",
        "datetime.timezone",
        "zoneinfo.ZoneInfo",
        "decimal.Decimal",
        "uuid.UUID",
    }
)
"""Classes of the standard library whose values are pure; the names of their pure class methods follow below."""

CLASS_METHODS: Final = frozenset(
    {
        "datetime.datetime.fromisoformat",
        "datetime.datetime.fromtimestamp",
        "datetime.datetime.strptime",
        "datetime.datetime.combine",
        "datetime.datetime.fromisocalendar",
        "datetime.datetime.fromordinal",
        "datetime.date.fromisoformat",
        "datetime.date.fromisocalendar",
        "datetime.date.fromordinal",
        "datetime.date.fromtimestamp",
        "datetime.time.fromisoformat",
        "dict.fromkeys",
        "str.maketrans",
        "bytes.fromhex",
        "int.from_bytes",
        "float.fromhex",
    }
)
"""`fromtimestamp` needs a time zone: without one it would depend on the machine."""

LIBRARY: Final = frozenset(
    f"{module}.{name}"
    for module, names in {
        "base64": "b64decode b64encode urlsafe_b64decode urlsafe_b64encode",
        "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
        "collections": "Counter OrderedDict defaultdict deque",
        "functools": "partial reduce",
        "heapq": "heapify heappop heappush heappushpop heapreplace nlargest nsmallest",
        "itertools": "accumulate batched chain chain.from_iterable combinations combinations_with_replacement compress "
        "count cycle dropwhile filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee "
        "zip_longest",
        "json": "dumps loads",
        "operator": "abs add and_ attrgetter concat contains eq floordiv ge getitem gt index inv invert is_ is_not "
        "itemgetter le lshift lt methodcaller mod mul ne neg not_ or_ pos pow rshift sub truediv truth xor",
        "statistics": "fmean mean median median_high median_low mode multimode pstdev stdev",
        "textwrap": "dedent fill indent shorten wrap",
    }.items()
    for name in names.split()
)
"""What else of the standard library there is. A version of Python may lack some (`itertools.batched` is of 3.12)."""

DUNDER_ATTRIBUTES: Final = frozenset({"__cause__", "__name__"})
"""The only attributes with a leading underscore that an `Attribute` may read: of an exception, of a class."""

ASYNCIO_ATTRIBUTES: Final = frozenset(
    {
        *("set_result", "set_exception"),
        *("get_coro", "get_context", "get_loop", "get_name", "set_name", "get_stack", "print_stack"),
        *("reschedule", "when"),
    }
)
"""What tasks and timeouts of asyncio have besides what the engine's have."""

ERROR_MODULES: Final = frozenset(
    {
        *("builtins", "warren.errors", "decimal", "asyncio.exceptions", "dataclasses", "zoneinfo._common"),
        *("json.decoder", "statistics", "re", "binascii"),
    }
)
"""Exceptions of these modules are the engine's own classes; a program names them without describing them."""

SUPPORTED: Final = (
    BUILTINS
    | DURABLE
    | CLASSES
    | CLASS_METHODS
    | LIBRARY
    | frozenset(f"math.{name}" for name in MATH)
    | {
        *("dataclasses.replace", "dataclasses.asdict", "uuid.uuid3", "uuid.uuid5"),
    }
)
"""All names that the engine implements; the front end refuses every other callable that it cannot compile."""

PRELUDE_PACKAGE: Final = "warren.prelude"
"""Where the parts of asyncio are that are compiled with the workflow: the start of what their modules are called."""
OF_OTHER_RUNS: Final = frozenset(
    f"{PRELUDE_PACKAGE}.run_primitives.{name}"
    for name in (
        *("prepare_child", "begin_child", "ask_run", "signal_name"),
        *("retry_rule", "is_retried", "seconds_of", "checked_key"),
    )
)
PRELUDE: Final = OF_OTHER_RUNS | frozenset(
    f"{PRELUDE_PACKAGE}.primitives.{name}"
    for name in ("new_future", "set_result", "set_exception", "as_future", "is_future", "is_coroutine")
)
"""What only those parts may call."""

MATCHES: Final = "$matches"
"""Whether an exception is an instance of what an `except` clause names."""
START: Final = "$start"
"""Start an awaitable now that is awaited later."""
OWN_CONTEXTS: Final = frozenset({"asyncio.timeout", "asyncio.TaskGroup"})
"""Contexts of the engine's own: a call of one may stand in an `async with` only."""
ENTER: Final = "$enter"
EXIT: Final = "$exit"
"""The two ends of an `async with` over a context of the engine's own."""
ENTER_OTHER: Final = "$aenter"
EXIT_OTHER: Final = "$aexit"
"""The same over any other object: what its class has as `__aenter__` and `__aexit__`."""
DISCARD: Final = "$discard"
"""As an assignment's value: leaves the variable unbound."""
INTERNAL: Final = frozenset({MATCHES, START, ENTER, EXIT, ENTER_OTHER, EXIT_OTHER, DISCARD})
"""What only lowering writes. A program may use them; a workflow's source cannot name them."""
