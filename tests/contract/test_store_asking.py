"""The contract of `RunStore`, continued: what can be asked of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from tests.support.store_records import NOW, finish, new_run, seconds, transition

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports import IdleRun, RunFilter, RunPlace, RunStore, StoredRun, TransitionRow


async def test_due_runs_are_the_running_ones_whose_moment_has_come_earliest_first(store: RunStore) -> None:
    runs = [new_run(wake_at=at, shard=n) for n, at in enumerate([seconds(3), seconds(1), None, seconds(2), seconds(9)])]
    ended = new_run(wake_at=NOW, finish=finish())
    await store.create_runs([*runs, ended])
    due = await store.due_runs(before=seconds(3), limit=10)
    assert [(run.run_id, run.shard, run.wake_at) for run in due] == [
        (runs[1].run_id, 1, seconds(1)),
        (runs[3].run_id, 3, seconds(2)),
        (runs[0].run_id, 0, seconds(3)),
    ]
    assert await store.due_runs(before=seconds(3), limit=1) == due[:1]
    assert await store.due_runs(before=NOW, limit=1) == []


async def test_open_runs_come_in_pages_in_order(store: RunStore) -> None:
    runs = [new_run() for _ in range(7)]
    await store.create_runs([*runs[::-1], new_run(finish=finish())])
    found: list[UUID] = []
    while page := await store.open_run_ids(after=found[-1] if found else None, limit=3):
        assert len(page) <= 3
        found += page
    assert found == sorted(run.run_id for run in runs)


async def test_quiet_runs_are_the_running_ones_whose_last_transition_is_of_a_certain_age(store: RunStore) -> None:
    runs = [new_run() for _ in range(5)]
    timed = new_run(wake_at=seconds(9))
    await store.create_runs([*runs[::-1], timed, new_run(finish=finish())])
    await store.commit([transition(run.run_id, 2) for run in runs[1:]])
    await store.commit([transition(run.run_id, 3) for run in runs[3:]])

    async def quiet(since: float | None, before: float, *, is_timed: bool = False) -> list[tuple[UUID, int]]:
        found: list[IdleRun] = []
        moment = None if since is None else seconds(since)
        while page := await store.idle_runs(
            since=moment,
            before=seconds(before),
            is_timed=is_timed,
            after=found[-1].run_id if found else None,
            limit=2,
        ):
            assert len(page) <= 2
            found += page
        return [(each.run_id, each.seq) for each in found]

    last = sorted((run.run_id, seq) for run, seq in zip(runs, (1, 2, 2, 3, 3), strict=True))
    assert await quiet(None, 1) == []
    assert await quiet(None, 1.5) == [(runs[0].run_id, 1)]
    assert await quiet(None, 9) == last
    assert await quiet(2, 3) == sorted((run.run_id, 2) for run in runs[1:3])
    assert await quiet(None, 9, is_timed=True) == [(timed.run_id, 1)]


async def test_running_among_leaves_out_the_ended_and_the_unknown(store: RunStore) -> None:
    run, ended = new_run(), new_run(finish=finish())
    await store.create_runs([run, ended])
    assert await store.running_among([run.run_id, ended.run_id, new_run_id()]) == {run.run_id}
    assert await store.running_among([]) == set()


async def test_runs_are_listed_newest_first_and_filtered(store: RunStore) -> None:
    ids = [new_run_id() if number % 3 else uuid4() for number in range(6)]
    ends = [finish() if number % 2 else None for number in range(6)]
    runs = [new_run(i, workflow="a" if n < 4 else "b", finish=ends[n], first=first(i, n)) for n, i in enumerate(ids)]
    await store.create_runs(runs)
    before = RunPlace(seconds(3), ids[3])

    async def listed(**fields: object) -> list[int]:
        return [ids.index(run.run_id) for run in await store.list_runs(RunFilter(**fields))]  # type: ignore[arg-type]  # fields of RunFilter

    assert await listed() == [5, 4, 3, 2, 1, 0]
    assert await listed(limit=2, before=before) == [2, 1]
    assert await listed(workflow="a", status=RunStatus.COMPLETED) == [3, 1]
    assert await listed(workflow="a", before=before, limit=1) == [2]
    assert await listed(status=RunStatus.RUNNING) == [4, 2, 0]
    assert await listed(workflow="c") == []


async def test_pages_of_runs_go_on_where_the_last_one_ended_whatever_is_created_meanwhile(store: RunStore) -> None:
    """Seven runs of three moments, with ids that say nothing of time; a new one before each page."""
    runs = [new_run(i, first=first(i, number // 3)) for number, i in enumerate(uuid4() for _ in range(7))]
    await store.create_runs(runs)
    expected = sorted(runs, key=lambda run: (run.first.at, run.run_id), reverse=True)
    found: list[StoredRun] = []
    while page := await store.list_runs(RunFilter(before=found[-1].place if found else None, limit=2)):
        found += page
        newer = uuid4()
        await store.create_runs([new_run(newer, first=first(newer, 9))])
    assert [run.run_id for run in found] == [run.run_id for run in expected]
    nobody = RunPlace(seconds(1), UUID(int=0))
    assert [run.run_id for run in await store.list_runs(RunFilter(before=nobody))] == [
        run.run_id for run in expected if run.first.at < seconds(1)
    ]


def first(run_id: UUID, at: float) -> TransitionRow:
    """The first transition of a run that was created at that second."""
    return replace(transition(run_id, 1), at=seconds(at))


async def test_unknown_runs_are_none(store: RunStore) -> None:
    assert await store.get_run(new_run_id()) is None
    assert await store.find_run("orders.Ship", "k") is None
    assert await store.history(new_run_id()) == []
