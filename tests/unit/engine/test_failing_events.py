"""Whatever an event, a callable or a class of the workflow makes the engine raise ends that run, and nothing else."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests.unit.engine.writing import compile_text, start

from warren.contracts import messages as m
from warren.engine import Executable, attempts, transitions
from warren.errors import InvalidInput
from warren.testing import EngineDriver

Json = Any
MORE = """
from pydantic import BaseModel
from typing import Any

@dataclass(frozen=True)
class Bad:
    how: str

    def __hash__(self):
        return trouble(self.how)

    def __eq__(self, other):
        return trouble(self.how) == 1

    def __str__(self):
        return str(trouble(self.how))

class Worse(Exception):
    def __str__(self):
        return trouble(self.args[0])

class Node(BaseModel):
    kids: list["Node"] = []

def trouble(how):
    if how == "exit":
        raise SystemExit(1)
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "generator":
        raise GeneratorExit
    if how == "memory":
        raise MemoryError
    if how == "recursion":
        return trouble(how)
    if how == "endless":
        while True:
            pass
    if how == "large":
        return "a" * 10**10
    raise ValueError(how)
"""
HOW = ["exit", "interrupt", "generator", "memory", "recursion", "endless", "large", "value"]


def nested(depth: int, value: Json = 0) -> Json:
    for _ in range(depth):
        value = [value]
    return value


def bad(how: str, name: str) -> Json:
    return {"$": "dataclass", "t": f"{name}:Bad", "v": {"how": how}}


NESTED = {"deep": 3_000, "deeper": 100_000, "deep tuples": 20_000}


def value_of(name: str, kind: str) -> Json:
    """A value whose decoding raises something, for the module `name`; what is deep is made for its own tests only."""
    if kind not in NESTED:
        return values(name)[kind]
    made = nested(NESTED[kind])
    return {"$": "tuple", "v": made} if kind == "deep tuples" else made


def values(name: str) -> dict[str, Json]:
    """Those that are not deep, by their kinds."""
    found: dict[str, Json] = {f"key: {how}": {"$": "dict", "v": [[bad(how, name), 1]]} for how in HOW}
    found |= {f"items: {how}": {"$": "set", "v": [bad(how, name), bad(how, name)]} for how in HOW}
    return found | {
        "recursive model": {"$": "model", "t": f"{name}:Node", "v": {"kids": []}},
        "same hashes": {"$": "set", "v": [{"$": "int", "v": hex(n * ((1 << 61) - 1))} for n in range(2_000)]},
        "same hashes of tuples": {
            "$": "dict",
            "v": [[{"$": "tuple", "v": [{"$": "int", "v": hex(n * ((1 << 61) - 1))}]}, n] for n in range(2_000)],
        },
        "no tag": {"$": "nonsense"},
        "no class": {"$": "enum", "t": f"{name}:Color", "n": "BLUE", "v": 2},
        "unhashable": {"$": "set", "v": [[]]},
        "huge date": {"$": "datetime", "v": "x" * 1_000_000},
        "huge range": {"$": "range", "v": [0, 10**30, 1]},
        "no mapping": {"$": "dict", "v": 5},
        "a deque of nothing": {"$": "deque", "v": [1], "n": -1},
    }


NAMES = sorted([*values("m"), *NESTED])


def written(tmp_path: Path, body: str) -> Executable:
    return compile_text(tmp_path, body, MORE)


@pytest.mark.parametrize("name", NAMES)
def test_a_result_that_cannot_be_decoded_is_the_runs_error_or_the_workflows(tmp_path: Path, name: str) -> None:
    body = (
        "kinds = [Bad, Color]\ntry:\n    y = await act(1)\nexcept Exception as error:\n    return type(error).__name__"
    )
    executable = written(tmp_path, f"{body}\nreturn 'fine'")
    driver = start(executable)
    neighbour = start(executable)
    driver.succeed_encoded(1, value_of(executable.workflow, name))
    assert driver.is_finished
    assert driver.state.error is not None or driver.state.result is not None
    neighbour.succeed(1, 5)
    assert neighbour.state.result == "fine"


@pytest.mark.parametrize("name", NAMES)
def test_an_error_that_cannot_be_decoded(tmp_path: Path, name: str) -> None:
    executable = written(tmp_path, "kinds = [Bad, Color]\nreturn await act(1)")
    driver = start(executable)
    event = m.ActionFailed(
        run_id=driver.run_id,
        invocation=1,
        attempt=1,
        error={"$": "exception", "t": "builtins:ValueError", "args": [value_of(executable.workflow, name)]},
    )
    driver.apply(event)
    assert driver.is_finished
    assert driver.state.error is not None


@pytest.mark.parametrize("name", NAMES)
def test_an_input_that_cannot_be_decoded_is_refused(tmp_path: Path, name: str) -> None:
    executable = written(tmp_path, "kinds = [Bad, Color]\nreturn 'fine'")
    with contextlib.suppress(InvalidInput):
        assert EngineDriver(executable, {"x": value_of(executable.workflow, name)}).state.result == "fine"
    assert start(executable, 1).state.result == "fine"


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    "code",
    [
        "raise Worse(x)",
        "return {Bad(x): 1}",
        "return Bad(x) in [Bad(x)]",
        "return [Bad(x)].index(Bad(x))",
        "return str(Bad(x))",
        "return sorted([1, 2], key=lambda n: trouble(x))",
        "return max(map(trouble, [x]))",
        "warren_log = f'{Bad(x)}'",
        "raise trouble(x)",
        "await asyncio.gather(act(trouble(x)))",
        "async with asyncio.timeout(trouble(x)):\n    pass",
        "t = asyncio.create_task(act(1))\nt.cancel(trouble(x))",
        "raise ExceptionGroup('x', [Worse(x)])",
        "match Bad(x):\n    case Color.RED:\n        pass\n    case y if y == Bad(x):\n        pass",
    ],
)
def test_what_the_workflows_own_code_raises_ends_its_run(tmp_path: Path, code: str, how: str) -> None:
    driver = start(written(tmp_path, code), how)
    for _ in range(5):
        driver.go_on()
    assert driver.is_finished
    assert driver.state.error is not None


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_what_ends_a_process_elsewhere_ends_a_run_here(tmp_path: Path, name: str) -> None:
    """... whether the workflow raises it or an action did; and the workflow may catch it, as in CPython."""
    driver = start(written(tmp_path, f"raise {name}(3)"))
    assert driver.state.error["t"] == f"builtins:{name}"
    assert driver.state.error["args"] == [3]
    executable = written(tmp_path, f"try:\n    await act(1)\nexcept {name} as error:\n    return [*error.args]")
    driver = start(executable)
    error = {
        "$": "exception",
        "t": f"builtins:{name}",
        "mro": [f"builtins:{name}", "builtins:BaseException"],
        "args": [4],
    }
    driver.apply(m.ActionFailed(run_id=driver.run_id, invocation=1, attempt=1, error=error))
    assert driver.state.result == [4]


def test_a_signal_still_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = start(written(tmp_path, "return await act(1)"))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transitions, "_RULES", dict.fromkeys(transitions._RULES, interrupted))
    with pytest.raises(KeyboardInterrupt):
        driver.succeed(1, 1)


@pytest.mark.parametrize("name", ["_on_worker", "arrived"])
def test_a_fault_of_the_engine_is_for_the_caller_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    executable = written(tmp_path, "return await act(1)")
    driver, neighbour = start(executable), start(executable)
    with monkeypatch.context() as patched:
        patched.setattr(attempts, name, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            driver.succeed(1, 1)
    neighbour.succeed(1, 7)
    assert neighbour.state.result == 7


@pytest.mark.parametrize("code", ["return isinstance(x, Node)", "return len(Node(kids=[Node()]).kids[0].kids) == 1"])
def test_a_model_that_contains_itself_can_be_made_and_asked_for(tmp_path: Path, code: str) -> None:
    driver = start(written(tmp_path, code))
    assert driver.state.result is False


def test_a_model_that_contains_itself_and_only_arrives_is_one(tmp_path: Path) -> None:
    more = "@action\nasync def make() -> Node:\n    return Node()"
    executable = compile_text(tmp_path, "node = await make()\nreturn len(node.kids)", f"{MORE}\n{more}")
    driver = start(executable)
    node = {"$": "model", "t": f"{executable.workflow}:Node", "v": {"kids": []}}
    driver.succeed_encoded(1, node | {"v": {"kids": [node, node]}})
    assert driver.state.result == 2


def test_cancelling_what_is_gathered_very_deep_ends_the_run(tmp_path: Path) -> None:
    body = "g = act(1)\nfor _ in range(50_000):\n    g = asyncio.gather(g)\nawait asyncio.sleep(0)\nawait g"
    driver = start(written(tmp_path, body))
    for _ in range(50):
        driver.go_on()
    assert not driver.is_finished
    driver.apply(m.CancelRequested(run_id=driver.run_id))
    assert driver.is_finished


DEEP = {
    "deque": "x = collections.deque()\nfor _ in range(150_000):\n    x = collections.deque([x])",
    "defaultdict": (
        "x = collections.defaultdict(list)\nfor _ in range(150_000):\n    y = collections.defaultdict(list)\n"
        "    y[1] = x\n    x = y"
    ),
    "slice": "x = slice(1)\nfor _ in range(500_000):\n    x = slice(x)",
    "slice of a subscript": "b = Key()\nfor _ in range(500_000):\n    x = b[x:]",
    "iterator": "x = []\nfor _ in range(150_000):\n    x = iter([x])",
    "method": "x = []\nfor _ in range(150_000):\n    x = [x].index",
    "closure": "f = lambda: 1\nfor _ in range(100_000):\n    f = (lambda g: lambda: g())(f)",
    "error": "x = ValueError()\nfor _ in range(150_000):\n    x = ValueError(x)",
}
KEY = "@dataclass\nclass Key:\n    value: object = None\n    def __getitem__(self, key):\n        return key"


@pytest.mark.parametrize("name", DEEP)
def test_nothing_is_nested_so_deep_that_freeing_it_ends_the_process(tmp_path: Path, name: str) -> None:
    code = textwrap.dedent(
        f"""
        import pathlib
        from tests.unit.engine.writing import compile_text, start
        driver = start(compile_text(pathlib.Path({str(tmp_path)!r}), {DEEP[name]!r}, {KEY!r}), 1)
        assert driver.is_finished
        print("alive")
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout == "alive\n"
