"""A snapshot keeps who is who: aliases, cycles, shared variables, iterators half way, methods, errors with causes."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from tests.unit.engine.snapshots.kept import KEPT, MORE
from tests.unit.engine.writing import answer_all, compile_text, start

from warren.contracts.messages import RunStatus
from warren.engine import restore
from warren.errors import SnapshotUnreadable
from warren.testing import EngineDriver

IMMUTABLE = [
    *("1j", "'x' * 5000", "b'ab'", "range(3)", "slice(1, 2)", "(1, (2, 'a'))"),
    *("datetime.timezone.utc", "datetime.timezone(datetime.timedelta(hours=2), 'there')", "zoneinfo.ZoneInfo('UTC')"),
    *("datetime.date(2020, 1, 2)", "datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)", "datetime.time(1)"),
    *("datetime.timedelta(days=1)", "decimal.Decimal('1.50')", "decimal.Decimal('1.5').as_tuple()", "uuid.UUID(int=5)"),
    *("frozenset([1, (2,)])", "Color.RED", "Color", "Box", "int", "str.upper", "type(Box())", "type(lambda: 1)"),
    *("type(iter([]))", "type(ValueError())", "Trouble", "type(Trouble())", "len", "math.sqrt", "dict.fromkeys"),
    *("str.maketrans('a', 'b')", "RetryPolicy(attempts=2)", "ExceptionGroup('x', [ValueError(1)])"),
]


@pytest.mark.parametrize("expression", IMMUTABLE)
def test_a_value_is_one_object_after_an_eviction(tmp_path: pathlib.Path, expression: str) -> None:
    body = f"v = {expression}\nkept = [v, [v]]\nbefore = repr(v)\nawait act()\n"
    tail = "return [kept[0] is v, kept[1][0] is v, repr(v) == before, type(v).__name__]"
    executable = compile_text(tmp_path, body + tail, MORE)
    plain, evicted = answer_all(start(executable)), evicting(start(executable))
    assert evicted.outcome() == plain.outcome()
    assert evicted.outcome()[:3] == [True, True, True]


@pytest.mark.parametrize(
    "expression",
    ["OSError(2, 'gone').errno", "KeyError('k').args", "str(OSError(2, 'gone'))", "StopIteration(3).value"],
)
def test_pythons_own_errors_keep_their_attributes(tmp_path: pathlib.Path, expression: str) -> None:
    made, name = expression.split(").") if ")." in expression else (expression[4:-2], "")
    after = f"error.{name}" if name else "str(error)"
    executable = compile_text(tmp_path, f"error = {made})\nbefore = {after}\nawait act()\nreturn [before, {after}]")
    before, kept = evicting(start(executable)).outcome()
    assert kept == before


def evicting(driver: EngineDriver) -> EngineDriver:
    """Answer everything in order, with an eviction before each answer."""
    for _ in range(1_000):
        if driver.is_finished:
            return driver
        snapshot = json.loads(json.dumps(driver.snapshot()))
        driver.restore(snapshot)
        assert json.loads(json.dumps(driver.snapshot())) == snapshot
        driver.go_on()
        if driver.actions:
            number, command = next(iter(driver.actions.items()))
            driver.succeed_encoded(number, command.args[0] if command.args else None)
        elif not driver.is_finished:
            driver.fire()
    raise AssertionError("the run does not end")


@pytest.mark.parametrize("name", KEPT)
def test_it_is_kept(tmp_path: pathlib.Path, name: str) -> None:
    body, wanted = KEPT[name]
    executable = compile_text(tmp_path, body, MORE)
    plain, evicted = answer_all(start(executable)), evicting(start(executable))
    assert plain.state.status is RunStatus.COMPLETED, plain.state.error
    assert plain.outcome() == wanted
    assert evicted.outcome() == wanted
    assert [row.commands for row in evicted.history] == [row.commands for row in plain.history]


def test_a_snapshot_of_another_program_is_refused(tmp_path: pathlib.Path) -> None:
    one = start(compile_text(tmp_path, "await act(1)"))
    other = compile_text(tmp_path, "await act(2)")
    with pytest.raises(SnapshotUnreadable):
        restore(other, one.snapshot())


@pytest.mark.parametrize("change", [{"format": 0}, {"version": "x"}])
def test_a_snapshot_of_another_kind_is_refused(tmp_path: pathlib.Path, change: dict[str, Any]) -> None:
    driver = start(compile_text(tmp_path, "await act(1)"))
    with pytest.raises(SnapshotUnreadable):
        restore(driver.executable, driver.snapshot() | change)


@pytest.mark.parametrize("older", [3, 4])
def test_a_snapshot_of_an_older_format_is_read(tmp_path: pathlib.Path, older: int) -> None:
    driver = start(compile_text(tmp_path, "task = asyncio.create_task(act(1))\nreturn [await act(2), await task]"))
    driver.restore(driver.snapshot() | {"format": older})
    assert answer_all(driver).outcome() == [2, 1]


def test_a_finished_run_has_a_small_snapshot(tmp_path: pathlib.Path) -> None:
    driver = answer_all(start(compile_text(tmp_path, "xs = [await act(n) for n in range(100)]\nreturn len(xs)")))
    assert len(json.dumps(driver.snapshot())) < 1_000
    driver.restore(driver.snapshot())
    assert driver.outcome() == 100
