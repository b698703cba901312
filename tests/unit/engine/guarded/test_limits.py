"""What asks for too much ends its run: soon, with a clear error, in little memory, whatever the workflow catches."""

from __future__ import annotations

import pathlib
import resource
import textwrap
import time

import pytest
from tests.support.machine import is_within
from tests.unit.engine.guarded.library_bombs import LIBRARY_BOMBS
from tests.unit.engine.writing import answer_all, compile_text, start

from warren.contracts.messages import RunStatus
from warren.engine.values import limits
from warren.testing import EngineDriver

MEGABYTE = 1024 * 1024
BOMBS = {
    "endless while": "n = 0\nwhile True: n += 1",
    "endless for": "xs = [1]\nfor x in xs: xs.append(x)",
    "endless comprehension": "xs = [1]\nys = [xs.append(x) for x in xs]",
    "endless generator": "xs = [1]\nreturn all(xs.append(x) is None for x in xs)",
    "endless map": "xs = [1]\nreturn list(map(xs.append, xs))",
    "endless filter": "xs = [1]\nreturn next(filter(None, map(xs.append, xs)))",
    "endless extend": "xs = [1]\nxs.extend(x for x in xs)",
    "endless any over map": "xs = [1]\nreturn any(map(xs.append, xs))",
    "endless update": "xs = [1]\nreturn set().update(map(xs.append, xs))",
    "endless in": "xs = [1]\nreturn 5 in map(xs.append, xs)",
    "long text": 'return "a" * 10**10',
    "long text twice": 'return ("a" * 10**7) * 10**4',
    "large power": "return 10 ** 10 ** 8",
    "tower of powers": "return 2 ** (2 ** (2 ** 20))",
    "large shift": "return 1 << 10 ** 12",
    "squares": "n = 3\nwhile True: n = n * n",
    "least common multiple": "n = 2\nwhile True: n = math.lcm(n, n + 1)",
    "product": "return math.prod([10**300000] * 1000)",
    "modular power": "n = 3 ** 200000\nreturn pow(n, n, n + 2)",
    "long division": "n = 3 ** 600000\nm = 3 ** 300001\nwhile True: k = n // m",
    "rounding": "return round(1, -10**9)",
    "decimal to int": 'return int(decimal.Decimal("1E+999999999"))',
    "decimal to text": "return f'{decimal.Decimal(\"1E+999999999\"):f}'",
    "factorials": "while True: n = math.factorial(20000)",
    "list": "return [0] * 10**9",
    "list of range": "return list(range(10**9))",
    "sorted range": "return sorted(range(10**9))",
    "max of range": "return max(range(10**12))",
    "sum of range": "return sum(range(10**12))",
    "in range": "return 0.5 in range(10**12)",
    "extend by range": "xs = []\nxs.extend(range(10**9))",
    "add range in place": "xs = []\nxs += map(abs, range(10**9))",
    "slice of range": "xs = []\nxs[:] = range(10**9)",
    "starred range": "first, *rest = range(10**9)",
    "starred call": "return max(*range(10**9))",
    "set of range": "return len(set(range(10**9)))",
    "update by range": "s = set()\ns.update(range(10**9))",
    "fromkeys": "return dict.fromkeys(range(10**9))",
    "join of map": 'return "".join(map(str, range(10**9)))',
    "list of zip": "return list(zip(range(10**9), range(10**9)))",
    "sum of generator": "return sum(n for n in range(10**12))",
    "nested comprehension": "return [1 for a in range(10**6) for b in range(10**6)]",
    "list in a loop": 'xs = []\nwhile True: xs.append("x" * 1000)',
    "slices in a loop": "xs = [0] * 100000\nkept = []\nwhile True: kept.append(xs[:])",
    "copies in a loop": "xs = [0] * 100000\nkept = []\nwhile True: kept.append(xs.copy())",
    "upper case in a loop": 's = "x" * 1000000\nkept = []\nwhile True: kept.append(s.upper())',
    "merged dicts in a loop": "d = dict.fromkeys(range(10000))\nkept = []\nwhile True: kept.append(d | {})",
    "sorting in a loop": "xs = list(range(100000))\nwhile True: xs.sort()",
    "searching in a loop": "xs = list(range(100000))\nwhile True: found = -1 in xs",
    "ljust": 'return "a".ljust(10**10)',
    "bytes": "return bytes(10**10)",
    "to_bytes": "return (1).to_bytes(10**10, 'big')",
    "replace": 's = "a" * 10**6\nreturn s.replace("a", s)',
    "join of long": 's = "a" * 10**6\nreturn s.join(["b"] * 10**6)',
    "join of aliases": 's = "a" * 10**6\nreturn "".join([s] * 10**5)',
    "expandtabs": 'return ("\\t" * 1000).expandtabs(10**9)',
    "translate": 's = "a" * 10**6\nreturn s.translate({97: s})',
    "split": 'return ("a " * 10**7).split()',
    "percent width": 'return "%1000000000d" % 1',
    "percent widths": 'return ("%999999d" * 1000) % tuple(range(1000))',
    "percent star": 'return "%*d" % (10**9, 1)',
    "percent alias": 's = "a" * 10**6\nreturn ("%s" * 1000) % tuple([s] * 1000)',
    "format width": 'return "{:1000000000}".format(1)',
    "format widths": 'return ("{:999999}" * 1000).format(*range(1000))',
    "format nested width": 'return "{:{}}".format(1, 10**9)',
    "f-string width": "n = 10**9\nreturn f'{1:{n}}'",
    "repr of aliases": 's = "a" * 10**6\nreturn repr([s] * 10**4)',
    "repr of a deep alias": "xs = [1]\nfor _ in range(60): xs = [xs, xs]\nreturn repr(xs)",
    "f-string of a deep alias": "xs = [1]\nfor _ in range(60): xs = [xs, xs]\nreturn f'{xs}'",
    "result of a deep alias": "xs = [1]\nfor _ in range(60): xs = [xs, xs]\nreturn xs",
    "argument of a deep alias": "xs = [1]\nfor _ in range(60): xs = [xs, xs]\nawait act(xs)",
    "error of a deep alias": "xs = [1]\nfor _ in range(60): xs = [xs, xs]\nraise ValueError(xs)",
    "asdict of a deep alias": "b = Box(1)\nfor _ in range(60): b = Box([b, b])\nreturn dataclasses.asdict(b)",
    "tasks in a loop": "while True: asyncio.create_task(act(1))",
    "wide gather": "await asyncio.gather(*[act(n) for n in range(10**7)])",
    "recursive function": "return endless(0)",
    "recursive closure": "f = lambda n: f(n + 1)\nreturn f(0)",
    "recursive method": "return Box().depth(0)",
    "mutual recursion": "return ping(0)",
    "recursion through sorted": "return by_sorting(0)",
    "recursive async": "return await endless_async(0)",
    "format attribute": 'text = "{0.__class__}"\nreturn text.format(x)',
    "format_map attribute": 'text = "{x.__class__}"\nreturn text.format_map({"x": x})',
    "format nested attribute": 'return "{:{x.real}}".format(1, x=1)',
    "getattr of a dunder": 'name = "__cl" + "ass__"\nreturn getattr(x, name)',
    "hasattr of a dunder": 'name = "__cl" + "ass__"\nreturn hasattr(x, name)',
    "getattr in map": 'return list(map(getattr, [x], ["__class__"]))',
    "slice of slices": "return slice(slice(1), x)",
    "class in brackets": "return type([])[x]",
    "moment without a time zone": "return list(map(datetime.datetime.fromtimestamp, [x]))",
    "name of a task": "task = asyncio.create_task(act(x))\nreturn getattr(task, 'get_name')()",
}
NOT_SUPPORTED = {
    *("format attribute", "format_map attribute", "format nested attribute"),
    *("getattr of a dunder", "hasattr of a dunder", "getattr in map"),
    *("attrgetter of a dunder", "attrgetter through", "methodcaller of a dunder"),
    *("slice of slices", "class in brackets", "moment without a time zone", "name of a task"),
}
"""Those that reach for what a workflow does not have; all others exceed a limit."""
FUNCTIONS = """
def endless(n):
    return endless(n + 1)

def ping(n):
    return pong(n)

def pong(n):
    return ping(n)

def by_sorting(n):
    return sorted([1, 2], key=lambda k: by_sorting(n + k))

async def endless_async(n):
    return await endless_async(n + 1)
"""


def ended_by(name: str) -> str:
    return f"warren.errors:{'NotSupportedInWorkflow' if name in NOT_SUPPORTED else 'LimitExceeded'}"


def in_catching(code: str) -> str:
    """Inside everything with which a workflow could try to go on."""
    inside = textwrap.indent(code, "        ")
    return (
        f"while True:\n    try:\n{inside}\n    except BaseException as error:\n        await act(str(error))\n"
        "        continue\n    finally:\n        x = 1\n        continue\n"
    )


def end_of(folder: pathlib.Path, code: str, name: str) -> EngineDriver:
    """A run that has ended over a limit, or over what is not supported."""
    driver = start(compile_text(folder, code, FUNCTIONS), 1)
    for _ in range(20):
        driver.go_on()
    assert driver.is_finished
    assert driver.state.status is RunStatus.FAILED
    assert driver.state.error["t"] == ended_by(name), driver.state.error
    assert driver.state.error["args"][0]
    return driver


@pytest.mark.parametrize("name", [*BOMBS, *LIBRARY_BOMBS])
def test_it_ends_the_run_soon_and_in_little_memory(tmp_path: pathlib.Path, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    end_of(tmp_path, (BOMBS | LIBRARY_BOMBS)[name], name)
    assert is_within(time.process_time() - began, 5, time.process_time)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 400


@pytest.mark.parametrize("name", [*BOMBS, *LIBRARY_BOMBS])
def test_it_ends_the_run_whatever_is_caught(tmp_path: pathlib.Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An eighth of the budget is enough to see it."""
    monkeypatch.setattr(limits, "MAX_STEPS", limits.MAX_STEPS // 8)
    monkeypatch.setattr(limits, "MAX_BYTES", limits.MAX_BYTES // 8)
    end_of(tmp_path, in_catching((BOMBS | LIBRARY_BOMBS)[name]), name)


@pytest.mark.parametrize("name", ["large power", "format attribute", "endless while", "list", "recursive function"])
def test_a_function_cannot_catch_it_either(tmp_path: pathlib.Path, name: str) -> None:
    inside = textwrap.indent(BOMBS[name], "            ")
    head = f"{FUNCTIONS}\ndef trap(x):\n    while True:\n        try:\n"
    more = (
        f"{head}{inside}\n        except BaseException:\n            continue\n        finally:\n            continue\n"
    )
    driver = start(compile_text(tmp_path, "return trap(x)", more), 1)
    assert driver.state.error["t"] == ended_by(name)


@pytest.mark.parametrize(
    "grow",
    [
        "xs.append(await act('x' * 100_000))",
        "xs.append([await act(0)] * 10_000)",
        "xs.append(str(await act(0)) * 200_000)",
        "xs.append({n: n for n in range(await act(5_000))})",
    ],
)
def test_a_list_that_grows_across_awaits_ends_the_run(tmp_path: pathlib.Path, grow: str) -> None:
    driver = answer_all(start(compile_text(tmp_path, f"xs = []\nwhile True:\n    {grow}")))
    assert driver.state.error["t"] == "warren.errors:LimitExceeded"
    assert "MiB" in driver.state.error["args"][0]
    assert len(driver.history) < 20_000


def test_what_is_dropped_again_does_not_count(tmp_path: pathlib.Path) -> None:
    """A run may go on for ever in little memory."""
    body = "for n in range(400):\n    text = await act('x' * 1_000_000)\nreturn len(text)"
    driver = answer_all(start(compile_text(tmp_path, body)))
    assert driver.state.result == 1_000_000
    assert driver.state.cost < 30 * MEGABYTE


def test_many_references_to_one_long_text_are_small(tmp_path: pathlib.Path) -> None:
    """... in memory and in the snapshot, which keeps its identity."""
    body = "s = 'x' * 1_000_000\nxs = []\nfor n in range(500):\n    xs.append(s)\nawait act(1)\nreturn len(xs)"
    driver = start(compile_text(tmp_path, body))
    assert len(str(driver.snapshot())) < 2 * MEGABYTE
    driver.restore(driver.snapshot())
    assert answer_all(driver).state.result == 500


def test_other_runs_go_on(tmp_path: pathlib.Path) -> None:
    """The limits are per transition: what one run used is not missing in another."""
    executable = compile_text(tmp_path, "n = 0\nwhile n < (10**9 if x else 1000): n += 1\nreturn n")
    assert start(executable, 1).state.status is RunStatus.FAILED
    assert start(executable, 0).state.result == 1000


def test_a_long_pure_loop_is_within_the_limits(tmp_path: pathlib.Path) -> None:
    body = (
        "total = 0\nfor n in range(20_000):\n    if n % 3 == 0:\n        total += n * 2\n"
        "    else:\n        total -= 1\nreturn total"
    )
    began = time.process_time()
    driver = start(compile_text(tmp_path, body))
    assert driver.state.status is RunStatus.COMPLETED
    assert is_within(time.process_time() - began, 1, time.process_time)


def test_recursion_that_ends_is_within_the_limits(tmp_path: pathlib.Path) -> None:
    more = (
        "def count(n):\n    return 0 if n == 0 else 1 + count(n - 1)\n\n"
        "async def wait(n):\n    return 0 if n == 0 else 1 + await wait(n - 1)\n"
    )
    driver = start(compile_text(tmp_path, "return [count(800), await wait(800)]", more))
    assert driver.state.result == [800, 800]


def test_the_depth_of_calls_does_not_depend_on_who_calls(tmp_path: pathlib.Path) -> None:
    """... so that a replay from another place decides the same."""
    more = "def count(n):\n    return 0 if n == 0 else 1 + count(n - 1)\n"
    executable = compile_text(tmp_path, "return count(x)", more)

    def deeper(n: int, depth: int) -> EngineDriver:
        return start(executable, n) if depth == 0 else deeper(n, depth - 1)

    for n in (850, 890, 899, 901, 950):
        assert deeper(n, 0).state.status is deeper(n, 300).state.status


def test_a_wide_gather_ends_in_linear_time(tmp_path: pathlib.Path) -> None:
    executable = compile_text(tmp_path, "return len(await asyncio.gather(*[act(n) for n in range(x)]))")

    def seconds(width: int) -> float:
        began = time.process_time()
        driver = start(executable, width)
        while not driver.is_finished:
            driver.go_on()
            for number in list(driver.actions):
                driver.succeed(number, 1)
        took = time.process_time() - began
        assert driver.state.result == width
        assert max(len(row.commands) for row in driver.history) <= 1_001
        assert sum(len(row.commands) for row in driver.history) <= width * 1.01 + 10
        return took

    assert min(seconds(5_000) for _ in range(3)) < min(seconds(1_000) for _ in range(3)) * 15
