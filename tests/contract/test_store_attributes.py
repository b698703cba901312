"""The contract of `RunStore` about attributes, memos and searches, for every adapter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.contract.conftest import Connect
from tests.support.store_records import finish, new_run, seconds, transition

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.errors import SequenceConflict
from warren.ports import NewRun, RunDetails, RunFilter, RunStore, RunUpdate
from warren.search import parse_where

WHOLE: dict[str, Any] = {
    "customer": "x",
    "empty": "",
    "amount": 5,
    "large": 2**63 - 1,
    "rate": 0.1,
    "whole": 3.0,
    "tiny": 5e-324,
    "huge": 1.7976931348623157e308,
    "ok": True,
    "due": datetime(2026, 11, 28, 10, 0, 0, 1, tzinfo=UTC),
    "tags": ["b", "a", "b"],
    "none": [],
}


async def found(store: RunStore, where: str, **options: Any) -> set[str | None]:
    """The keys of the runs that a search finds."""
    runs = await store.list_runs(RunFilter(where=parse_where(where), **options))
    return {run.key for run in runs}


async def stored(store: RunStore, run: NewRun) -> RunDetails:
    return (await store.run_details([run.run_id]))[run.run_id]


async def test_attributes_and_memo_of_a_new_run_are_kept_as_they_are(store: RunStore) -> None:
    run, other = new_run(attributes=WHOLE, memo='{"note":"ä"}'), new_run()
    await store.create_runs([run, other])
    details = await stored(store, run)
    assert details.attributes == WHOLE
    assert {name: type(value) for name, value in details.attributes.items()} == {
        name: type(value) for name, value in WHOLE.items()
    }
    assert details.memo == '{"note":"ä"}'
    assert await store.run_details([other.run_id]) == {}
    assert await store.run_details([]) == {}


async def test_a_start_that_creates_nothing_changes_no_attributes(store: RunStore) -> None:
    run = new_run(key="k", attributes={"customer": "x"}, memo="1")
    await store.create_runs([run, new_run(run.run_id, attributes={"customer": "y"}, memo="2")])
    await store.create_runs([new_run(run.run_id, attributes={"customer": "z"}, memo="3"), new_run(key="k", memo="4")])
    assert await stored(store, run) == RunDetails({"customer": "x"}, "1")


async def test_a_commit_sets_changes_and_removes_attributes(store: RunStore) -> None:
    run, other = new_run(attributes={"customer": "x", "tags": ["a", "b", "c"], "amount": 1}), new_run()
    await store.create_runs([run, other])
    update = RunUpdate(run.run_id, attributes={"customer": None, "amount": "five", "tags": ["z"], "new": True})
    ended = await store.commit([transition(run.run_id, 2)], [update, RunUpdate(other.run_id, finish=finish())])
    assert (await stored(store, run)).attributes == {"amount": "five", "tags": ["z"], "new": True}
    assert list(ended) == [other.run_id]
    update = RunUpdate(run.run_id, finish=finish(), attributes={"amount": None, "tags": [], "no": None, "new": 1})
    ended = await store.commit([transition(run.run_id, 3)], [update])
    assert (await stored(store, run)).attributes == {"tags": [], "new": 1}
    assert ended[run.run_id].status is RunStatus.COMPLETED


async def test_of_several_updates_of_one_run_the_later_ones_win(store: RunStore) -> None:
    run = new_run()
    await store.create_runs([run])
    updates = [
        RunUpdate(run.run_id, attributes={"a": 1, "b": ["x", "y"], "c": 1}),
        RunUpdate(run.run_id, set_wake_at=True, wake_at=seconds(9), attributes={"b": "text", "c": None}),
    ]
    await store.commit([transition(run.run_id, 2)], updates)
    assert (await stored(store, run)).attributes == {"a": 1, "b": "text"}


async def test_where_another_one_was_first_no_attribute_is_written(store: RunStore, another: Connect) -> None:
    run = new_run(attributes={"customer": "x"})
    await store.create_runs([run])
    await (await another()).commit([transition(run.run_id, 2)])
    with pytest.raises(SequenceConflict):
        await store.commit([transition(run.run_id, 2)], [RunUpdate(run.run_id, attributes={"customer": "late"})])
    assert (await stored(store, run)).attributes == {"customer": "x"}


# --- searching


@pytest.fixture
async def searched(store: RunStore) -> RunStore:
    """Runs with the keys a to g, each with attributes of its own."""
    attributes: dict[str, dict[str, Any]] = {
        "a": {"customer": "x", "amount": 5, "tags": ["red", "blue"], "ok": True},
        "b": {"customer": "x", "amount": 2.5, "due": datetime(2026, 11, 28, tzinfo=UTC)},
        "c": {"customer": "y", "amount": "5", "due": "2026-11-28", "ok": False},
        "d": {"customer": 'it\'s "x"; DROP TABLE runs --', "amount": 9007199254740993, "tags": []},
        "e": {"amount": 0.1, "due": datetime(2026, 11, 28, 12, tzinfo=timezone(timedelta(hours=2))), "tags": "red"},
        "f": {},
        "g": {"customer": "Äpfel", "amount": True, "tags": ["blue"]},
    }
    runs = []
    for index, (key, values) in enumerate(attributes.items()):
        run_id = new_run_id()
        first = replace(transition(run_id, 1), at=seconds(index * 10))
        runs.append(new_run(run_id, key=key, attributes=values, workflow="w" if key < "d" else "v", first=first))
    await store.create_runs(runs)
    ends = {"b": RunStatus.COMPLETED, "c": RunStatus.FAILED}
    updates = [RunUpdate(run.run_id, finish=finish(ends[run.key])) for run in runs if run.key in ends]
    await store.commit([transition(update.run_id, 2) for update in updates], updates)
    return store


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ('customer = "x"', "ab"),
        ('customer = "X"', ""),
        ("customer = 'it\\'s \"x\"; DROP TABLE runs --'", "d"),
        ('customer != "x"', "cdg"),
        ('not customer = "x"', "cdefg"),
        ('customer in ("x", "y", 5)', "abc"),
        ('customer not in ("x", "y")', "dg"),
        ('customer > "x"', "cg"),
        ('customer <= "x"', "abd"),
        ("amount > 3", "ad"),
        ("amount >= 2.5 and amount < 6", "ab"),
        ("amount = 0.1", "e"),
        ("amount = 5", "a"),
        ("amount = 5.0", "a"),
        ('amount = "5"', "c"),
        ("amount = 9007199254740993", "d"),
        ("amount = 9007199254740992", ""),
        ("amount = true", "g"),
        ("amount != 5", "bde"),
        ("ok = true or ok = false", "ac"),
        ("ok != true", "c"),
        ('tags = "red"', "ae"),
        ('tags != "red"', "g"),
        ('tags = "red" and tags = "blue"', "a"),
        ('due = "2026-11-28"', "bc"),
        ('due >= "2026-11-28T10:00:00Z"', "e"),
        ('due > "2026-11-28T09:59:59.999999+00:00"', "e"),
        ('due < "2026-11-28T12:00:00+02:00"', "bc"),
        ('status = "running" and customer = "x"', "a"),
        ('customer = "x" or status = "failed"', "abc"),
        ('customer = "x" or amount = "5" or tags = "blue"', "abcg"),
        ('not (customer = "x" or amount = "5")', "defg"),
        ('status != "running"', "bc"),
        ('workflow = "w"', "abc"),
        ('key = "f"', "f"),
        ('key in ("a", "g") and not ok = true', "g"),
        ('created_at >= "2025-11-20T12:30:55Z"', "efg"),
        ('finished_at > "2025-01-01"', "bc"),
        ('not finished_at > "2025-01-01"', "adefg"),
        ('finished_at != "2025-01-01"', "bc"),
        ('nothing = "x"', ""),
        ("not nothing = 1", "abcdefg"),
    ],
)
async def test_a_search_finds_the_runs_for_which_it_holds(searched: RunStore, where: str, keys: str) -> None:
    assert await found(searched, where) == set(keys)


async def test_a_search_is_combined_with_the_other_filters(searched: RunStore) -> None:
    assert await found(searched, 'customer = "x"', status=RunStatus.COMPLETED) == {"b"}
    assert await found(searched, "amount > 0", workflow="v") == {"d", "e"}
    (run,) = await searched.list_runs(RunFilter(where=parse_where('key = "a"')))
    assert await found(searched, f'run_id = "{run.run_id}"') == {"a"}


async def test_pages_of_a_search_neither_repeat_nor_leave_out(searched: RunStore) -> None:
    where = parse_where('amount >= 0 or amount = "5"')
    first = await searched.list_runs(RunFilter(where=where, limit=2))
    assert [run.key for run in first] == ["e", "d"]
    rest = await searched.list_runs(RunFilter(where=where, limit=9, before=first[-1].place))
    assert [run.key for run in rest] == ["c", "b", "a"]
