"""The contract of `RunStore`, sentence by sentence, for every adapter."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.contract.conftest import Connect
from tests.support.store_records import finish, new_run, program, seconds, transition

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.errors import InvalidInput, SequenceConflict, StoreUnavailable
from warren.ports import ReplyAddress, RunFilter, RunStore, RunUpdate, SnapshotRow
from warren.ports.store import CreateOutcome

# --- life


async def test_is_ready_between_connect_and_close(another: Connect) -> None:
    store = await another()
    assert store.is_ready
    await store.connect()
    await store.close()
    await store.close()
    assert not store.is_ready
    with pytest.raises(StoreUnavailable, match="connect"):
        await store.get_run(new_run_id())


async def test_migrate_and_maintain_are_idempotent(store: RunStore) -> None:
    assert await store.migrate() == []
    await store.maintain()
    await asyncio.gather(store.maintain(), store.migrate())
    assert store.is_ready


# --- programs


async def test_a_program_is_kept_as_it_is(store: RunStore) -> None:
    await store.save_program(program("v1"))
    assert await store.load_program("v1") == program("v1")
    assert await store.load_program("v2") is None
    assert await store.latest_program("nobody") is None


async def test_the_latest_program_is_the_one_registered_last_whatever_its_clock_says(store: RunStore) -> None:
    await store.save_program(program("v1", at=10))
    await store.save_program(program("v2", at=5))
    assert await store.latest_program("orders.Ship") == program("v2", at=5)


async def test_registering_a_program_again_makes_it_the_latest_and_leaves_its_content(store: RunStore) -> None:
    await store.save_program(program("v1"))
    await store.save_program(program("v2", at=1))
    await store.save_program(replace(program("v1", at=2), ir="other"))
    assert await store.latest_program("orders.Ship") == program("v1", at=2)


async def test_programs_are_listed_once_per_workflow_by_name(store: RunStore) -> None:
    for version, workflow in (("1", "b"), ("2", "a"), ("3", "b"), ("4", "B")):
        await store.save_program(program(version, workflow))
    assert [item.version for item in await store.list_programs()] == ["4", "2", "3"]


# --- creating


async def test_a_created_run_can_be_read_in_every_way(store: RunStore) -> None:
    run = new_run(key="k", parent="p", reply_to="queue", correlation_id="c", trace="00-1", wake_at=seconds(9), shard=7)
    assert await store.create_runs([run]) == [CreateOutcome(run.run_id, created=True)]
    stored = await store.get_run(run.run_id)
    assert stored is not None
    assert (stored.run_id, stored.workflow, stored.version, stored.shard) == (run.run_id, "orders.Ship", "v1", 7)
    assert (stored.key, stored.parent, stored.trace, stored.input) == ("k", "p", "00-1", '{"order":1}')
    assert (stored.status, stored.result, stored.error) == (RunStatus.RUNNING, None, None)
    assert (stored.created_at, stored.finished_at, stored.wake_at) == (seconds(1), None, seconds(9))
    assert stored.reply == ReplyAddress("queue", "c")
    assert await store.find_run("orders.Ship", "k") == stored
    assert await store.list_runs(RunFilter()) == [stored]
    loaded = (await store.load_runs([run.run_id]))[run.run_id]
    assert (loaded.run, loaded.snapshot, list(loaded.transitions)) == (stored, None, [run.first])
    assert await store.history(run.run_id) == [run.first]


async def test_a_run_may_be_created_ended(store: RunStore) -> None:
    run = new_run(finish=finish(RunStatus.FAILED))
    await store.create_runs([run])
    stored = await store.get_run(run.run_id)
    assert stored is not None
    assert (stored.status, stored.error, stored.finished_at) == (RunStatus.FAILED, '{"error":true}', seconds(60))
    assert await store.open_run_ids(after=None, limit=9) == []


async def test_an_existing_run_id_creates_nothing(store: RunStore) -> None:
    run = new_run()
    await store.create_runs([run])
    again = replace(run, key="k", input="{}", first=transition(run.run_id, 1, event="other"))
    assert await store.create_runs([again]) == [CreateOutcome(run.run_id, created=False)]
    assert await store.history(run.run_id) == [run.first]
    (stored,) = await store.list_runs(RunFilter())
    assert (stored.input, stored.key) == (run.input, None)


async def test_a_run_id_of_another_workflow_creates_nothing_and_changes_nothing(store: RunStore) -> None:
    run = new_run(reply_to="first", correlation_id="1")
    await store.create_runs([run])
    before = await store.get_run(run.run_id)
    taken = CreateOutcome(run.run_id, created=False, taken_by="orders.Ship")
    others = [replace(run, workflow="other", reply_to="q"), replace(run, workflow="third", key="k", reply_to="q")]
    assert await store.create_runs(others) == [taken, taken]
    assert await store.create_runs([others[0], replace(run, reply_to="second"), others[1]]) == [
        taken,
        CreateOutcome(run.run_id, created=False),
        taken,
    ]
    assert before is not None
    assert await store.get_run(run.run_id) == replace(before, reply=ReplyAddress("second", "1"))
    assert await store.find_run("third", "k") is None


async def test_the_run_id_counts_before_the_key(store: RunStore) -> None:
    run, owner = new_run(), new_run(key="k")
    await store.create_runs([run, owner])
    both = replace(run, key="k")
    assert await store.create_runs([both]) == [CreateOutcome(run.run_id, created=False)]
    assert await store.create_runs([replace(both, workflow="other")]) == [
        CreateOutcome(run.run_id, created=False, taken_by="orders.Ship")
    ]


async def test_a_start_whose_key_is_used_leaves_its_run_id_to_another_one(store: RunStore) -> None:
    owner = new_run(key="k")
    await store.create_runs([owner])
    second = new_run(key="k")
    other = replace(second, workflow="other", key=None)
    assert await store.create_runs([second, other]) == [
        CreateOutcome(owner.run_id, created=False),
        CreateOutcome(other.run_id, created=True),
    ]


async def test_a_used_key_answers_with_its_owner(store: RunStore) -> None:
    owner, second, elsewhere = new_run(key="k"), new_run(key="k", reply_to="q"), new_run(key="k", workflow="other")
    await store.create_runs([owner])
    assert await store.create_runs([second, elsewhere]) == [
        CreateOutcome(owner.run_id, created=False),
        CreateOutcome(elsewhere.run_id, created=True),
    ]
    stored = await store.find_run("orders.Ship", "k")
    assert stored is not None
    assert (stored.run_id, stored.reply) == (owner.run_id, None)
    assert await store.get_run(second.run_id) is None
    assert await store.history(second.run_id) == []


async def test_a_reply_address_given_now_replaces_the_stored_one(store: RunStore) -> None:
    run = new_run(reply_to="first", correlation_id="1")
    await store.create_runs([run])
    await store.create_runs([replace(run, reply_to=None, correlation_id=None)])
    assert (await store.load_runs([run.run_id]))[run.run_id].run.reply == ReplyAddress("first", "1")
    await store.create_runs([replace(run, reply_to="second", correlation_id=None)])
    assert (await store.load_runs([run.run_id]))[run.run_id].run.reply == ReplyAddress("second", None)


async def test_of_two_equal_starts_in_one_call_the_first_wins_and_the_last_one_is_answered(store: RunStore) -> None:
    run, keyed = new_run(reply_to="first"), new_run(key="k")
    late = replace(run, reply_to="late")
    other = replace(run, workflow="other", reply_to="last")
    runs = [run, late, other, keyed, new_run(key="k"), new_run(keyed.run_id)]
    assert await store.create_runs(runs) == [
        CreateOutcome(run.run_id, created=True),
        CreateOutcome(run.run_id, created=False),
        CreateOutcome(run.run_id, created=False, taken_by="orders.Ship"),
        CreateOutcome(keyed.run_id, created=True),
        CreateOutcome(keyed.run_id, created=False),
        CreateOutcome(keyed.run_id, created=False),
    ]
    stored = await store.get_run(run.run_id)
    assert stored is not None
    assert (stored.workflow, stored.reply) == ("orders.Ship", ReplyAddress("late", None))


async def test_many_who_create_the_same_runs_at_once_create_each_once(another: Connect) -> None:
    runs = [new_run(key=str(number)) for number in range(20)]
    stores = [await another() for _ in range(4)]
    batches = [runs, list(reversed(runs)), runs[::2] + runs[1::2], runs]
    outcomes = await asyncio.gather(*(s.create_runs(batch) for s, batch in zip(stores, batches, strict=True)))
    created = [outcome.run_id for batch in outcomes for outcome in batch if outcome.created]
    assert sorted(created) == sorted(run.run_id for run in runs)


async def test_creating_nothing_is_allowed(store: RunStore) -> None:
    assert await store.create_runs([]) == []
    assert await store.load_runs([]) == {}
    assert await store.commit([]) == {}


# --- committing and loading


async def test_committed_transitions_are_found_by_place_and_by_invocation(store: RunStore) -> None:
    a, b = new_run(), new_run()
    await store.create_runs([a, b])
    rows = [
        transition(b.run_id, 2, invocation=1),
        transition(a.run_id, 3, invocation=1),
        transition(a.run_id, 2, invocation=2),
        transition(a.run_id, 4, invocation=1),
    ]
    assert await store.commit(rows) == {}
    assert await store.history(a.run_id) == [a.first, rows[2], rows[1], rows[3]]
    assert await store.history(a.run_id, after_seq=1, limit=2) == [rows[2], rows[1]]
    assert await store.find_transitions(a.run_id, 1) == [rows[1], rows[3]]
    assert await store.find_transitions(a.run_id, 9) == []
    loaded = await store.load_runs([b.run_id, new_run_id(), a.run_id])
    assert loaded.keys() == {a.run_id, b.run_id}
    assert list(loaded[b.run_id].transitions) == [b.first, rows[0]]


async def test_a_taken_place_refuses_the_whole_batch_and_names_the_runs(store: RunStore) -> None:
    a, b = new_run(), new_run()
    await store.create_runs([a, b])
    await store.commit([transition(a.run_id, 2)])
    with pytest.raises(SequenceConflict) as caught:
        await store.commit(
            [transition(b.run_id, 2), transition(a.run_id, 2), transition(a.run_id, 3)],
            [RunUpdate(b.run_id, finish=finish())],
            [SnapshotRow(b.run_id, 2, "s")],
        )
    assert caught.value.run_ids == (a.run_id,)
    assert await store.history(b.run_id) == [b.first]
    loaded = (await store.load_runs([b.run_id]))[b.run_id]
    assert (loaded.run.status, loaded.snapshot) == (RunStatus.RUNNING, None)


async def test_the_same_row_again_is_a_conflict_too(store: RunStore) -> None:
    run = new_run()
    await store.create_runs([run])
    with pytest.raises(SequenceConflict) as caught:
        await store.commit([run.first])
    assert caught.value.run_ids == (run.run_id,)
    with pytest.raises(SequenceConflict):
        await store.commit([transition(run.run_id, 2), transition(run.run_id, 2)])
    assert await store.history(run.run_id) == [run.first]


async def test_of_two_coordinators_that_collide_one_wins(another: Connect) -> None:
    stores = [await another() for _ in range(3)]
    runs = [new_run() for _ in range(5)]
    await stores[0].create_runs(runs)
    batches = [[transition(run.run_id, 2, event=str(n)) for run in runs[n:] + runs[:n]] for n in range(3)]
    outcomes = await asyncio.gather(
        *(s.commit(batch) for s, batch in zip(stores, batches, strict=True)), return_exceptions=True
    )
    assert sorted(isinstance(outcome, SequenceConflict) for outcome in outcomes) == [False, True, True]
    assert len({(await stores[0].history(run.run_id))[1].event for run in runs}) == 1


async def test_only_what_an_update_sets_is_written(store: RunStore) -> None:
    run = new_run(wake_at=seconds(5))
    await store.create_runs([run])
    before = await store.get_run(run.run_id)
    assert before is not None
    assert await store.commit([], [RunUpdate(run.run_id)]) == {}
    assert await store.get_run(run.run_id) == before
    assert await store.commit([], [RunUpdate(run.run_id, set_wake_at=True, wake_at=seconds(8))]) == {}
    assert await store.get_run(run.run_id) == replace(before, wake_at=seconds(8))
    await store.commit([], [RunUpdate(run.run_id, set_wake_at=True, set_paused_at=True, paused_at=seconds(9))])
    assert await store.get_run(run.run_id) == replace(before, wake_at=None, paused_at=seconds(9))
    await store.commit([], [RunUpdate(run.run_id, set_wake_at=True, wake_at=seconds(7))])
    paused = replace(before, wake_at=seconds(7), paused_at=seconds(9))
    assert (await store.load_runs([run.run_id]))[run.run_id].run == paused
    assert await store.list_runs(RunFilter(workflow=run.workflow)) == [paused]
    await store.commit([], [RunUpdate(run.run_id, set_paused_at=True)])
    assert await store.get_run(run.run_id) == replace(before, wake_at=seconds(7))


async def test_a_commit_returns_the_runs_that_it_finished_with_their_latest_reply_address(store: RunStore) -> None:
    a, b, c = new_run(), new_run(), new_run()
    await store.create_runs([a, b, c])
    await store.create_runs([replace(a, reply_to="late")])
    finished = await store.commit(
        [transition(run.run_id, 2) for run in (a, b, c)],
        [
            RunUpdate(a.run_id, finish=finish()),
            RunUpdate(b.run_id, set_wake_at=True, wake_at=seconds(1)),
            RunUpdate(c.run_id, set_wake_at=True, finish=finish(RunStatus.CANCELLED)),
            RunUpdate(new_run_id(), finish=finish()),
        ],
    )
    assert finished.keys() == {a.run_id, c.run_id}
    done = finished[a.run_id]
    assert (done.status, done.result, done.finished_at) == (RunStatus.COMPLETED, '{"done":true}', seconds(60))
    assert done.reply == ReplyAddress("late", None)
    assert finished[c.run_id].error == '{"error":true}'
    assert await store.get_run(a.run_id) == done


async def test_a_snapshot_stands_for_the_transitions_up_to_it(store: RunStore) -> None:
    run = new_run()
    await store.create_runs([run])
    rows = [transition(run.run_id, seq) for seq in (2, 3, 4)]
    await store.commit(rows, snapshots=[SnapshotRow(run.run_id, 3, "three"), SnapshotRow(run.run_id, 2, "two")])
    loaded = (await store.load_runs([run.run_id]))[run.run_id]
    assert loaded.snapshot == SnapshotRow(run.run_id, 3, "three")
    assert list(loaded.transitions) == rows[2:]
    await store.commit([], snapshots=[SnapshotRow(run.run_id, 2, "older")])
    assert (await store.load_runs([run.run_id]))[run.run_id].snapshot == SnapshotRow(run.run_id, 3, "three")
    await store.commit([], [RunUpdate(run.run_id, finish=finish())], [SnapshotRow(run.run_id, 4, "four")])
    loaded = (await store.load_runs([run.run_id]))[run.run_id]
    assert (loaded.snapshot, list(loaded.transitions)) == (SnapshotRow(run.run_id, 4, "four"), [])
    assert loaded.run.status is RunStatus.COMPLETED


# --- settings and text


async def test_a_setting_is_compared_and_set(store: RunStore) -> None:
    assert await store.get_setting("marker") is None
    assert not await store.set_setting("marker", "1", expected="0")
    assert await store.set_setting("marker", "1", expected=None)
    assert not await store.set_setting("marker", "2", expected=None)
    assert await store.set_setting("marker", "2", expected="1")
    assert await store.get_setting("marker") == "2"
    assert await store.get_setting("shards") is None


async def test_of_two_who_set_at_once_one_wins(another: Connect) -> None:
    stores = [await another() for _ in range(4)]
    assert sorted(await asyncio.gather(*(s.set_setting("m", str(n), expected=None) for n, s in enumerate(stores)))) == [
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"], ids=["nul", "surrogate"])
async def test_text_that_cannot_be_stored_is_refused_by_the_name_of_its_field(store: RunStore, text: str) -> None:
    run = new_run()
    for field in ("workflow", "key", "reply_to", "correlation_id"):
        with pytest.raises(InvalidInput, match=f"^{field}: "):
            await store.create_runs([run, new_run(**{field: text})])
    with pytest.raises(InvalidInput, match=r"^event: "):
        await store.commit([transition(run.run_id, 1, event=text)])
    with pytest.raises(InvalidInput, match=r"^key: |^find_run: "):
        await store.find_run("orders.Ship", text)
    assert await store.list_runs(RunFilter()) == []
    assert store.is_ready
