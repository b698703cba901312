"""The contract of `RunStore` about runs that go on in the place of others, sentence by sentence, for every adapter."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from tests.contract.conftest import Connect
from tests.support.store_records import finish, new_run, seconds, transition

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.errors import InvalidInput, SequenceConflict
from warren.ports import Continuation, NewRun, ReplyAddress, RunDetails, RunStore, RunUpdate


def continuation(run_id: UUID, successor: UUID) -> Continuation:
    return Continuation(run_id, '{"n":2}', transition(successor, 1), wake_at=seconds(70))


async def continued(store: RunStore, run: NewRun, *, length: int = 1) -> list[UUID]:
    """The ids of a chain that begins with a new run."""
    await store.create_runs([run])
    chain = [run.run_id]
    for _ in range(length):
        chain.append(new_run_id())
        await store.continue_runs([transition(chain[-2], 2)], [continuation(chain[-2], chain[-1])])
    return chain


async def test_a_run_ends_as_continued_and_its_successor_has_what_was_its(store: RunStore) -> None:
    run = replace(new_run(), key="mine", parent='{"p":1}', reply_to="q", correlation_id="c", trace="t")
    await store.create_runs([run])
    await store.commit([], [RunUpdate(run.run_id, set_wake_at=True, wake_at=seconds(9))])
    successor = new_run_id()
    before = await store.get_run(run.run_id)
    ended = await store.continue_runs(
        [transition(run.run_id, 2), transition(run.run_id, 3)], [continuation(run.run_id, successor)]
    )
    old, new = await store.get_run(run.run_id), await store.get_run(successor)
    assert before is not None
    assert old is not None
    assert new is not None
    assert ended == {run.run_id: old}
    assert (old.status, old.key, old.wake_at, old.finished_at) == (RunStatus.CONTINUED, None, None, seconds(1))
    assert (old.parent, old.result, old.error, old.continued_from, old.continued_as) == (
        run.parent,
        None,
        None,
        None,
        successor,
    )
    assert new == replace(
        before,
        run_id=successor,
        input='{"n":2}',
        wake_at=seconds(70),
        created_at=transition(successor, 1).at,
        continued_from=run.run_id,
    )
    assert (new.key, new.reply) == ("mine", ReplyAddress("q", "c"))
    assert await store.find_run(run.workflow, "mine") == new
    assert [row.seq for row in await store.history(run.run_id)] == [1, 2, 3]
    assert await store.history(successor) == [transition(successor, 1)]
    assert await store.running_among([run.run_id, successor]) == {successor}
    assert (await store.load_runs([successor]))[successor].run == new


async def test_a_successor_may_end_at_once(store: RunStore) -> None:
    run, successor = new_run(), new_run_id()
    await store.create_runs([run])
    ended = await store.continue_runs(
        [transition(run.run_id, 2)],
        [replace(continuation(run.run_id, successor), wake_at=None, finish=finish(RunStatus.FAILED))],
    )
    assert ended.keys() == {run.run_id, successor}
    assert (ended[successor].status, ended[successor].error) == (RunStatus.FAILED, '{"error":true}')
    assert await store.running_among([successor]) == set()


async def test_a_taken_place_refuses_the_whole_of_it(store: RunStore) -> None:
    run, other, successor = new_run(), new_run(), new_run_id()
    await store.create_runs([run, other])
    with pytest.raises(SequenceConflict) as caught:
        await store.continue_runs(
            [transition(other.run_id, 2), transition(run.run_id, 1)], [continuation(run.run_id, successor)]
        )
    assert list(caught.value.run_ids) == [run.run_id]
    assert await store.get_run(successor) is None
    assert len(await store.history(other.run_id)) == 1
    found = await store.get_run(run.run_id)
    assert found is not None
    assert found.status is RunStatus.RUNNING


async def test_of_two_coordinators_that_continue_a_run_one_wins(another: Connect) -> None:
    one, two = await another(), await another()
    await one.connect()
    await two.connect()
    run, successor = replace(new_run(), key="k"), new_run_id()
    await one.create_runs([run])
    outcomes = await asyncio.gather(
        *(
            each.continue_runs([transition(run.run_id, 2)], [continuation(run.run_id, successor)])
            for each in (one, two)
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(outcome, SequenceConflict) for outcome in outcomes) == [False, True]
    assert len(await one.history(successor)) == 1


async def test_a_reply_address_that_was_named_last_is_the_successors(store: RunStore) -> None:
    run = replace(new_run(), reply_to="first")
    await store.create_runs([run])
    await store.create_runs([replace(run, reply_to="late")])
    successor = new_run_id()
    await store.continue_runs([transition(run.run_id, 2)], [continuation(run.run_id, successor)])
    found = await store.get_run(successor)
    assert found is not None
    assert found.reply == ReplyAddress("late", None)


async def test_the_last_of_a_chain_is_found_from_everywhere_in_it(store: RunStore) -> None:
    first, second, third = await continued(store, new_run(), length=2)
    alone = new_run()
    await store.create_runs([alone])
    found = await store.last_of_chains([first, second, third, alone.run_id, new_run_id()])
    assert {run_id: run.run_id for run_id, run in found.items()} == {
        first: third,
        second: third,
        third: third,
        alone.run_id: alone.run_id,
    }
    assert found[first] == await store.get_run(third)
    assert await store.last_of_chains([]) == {}


async def test_transitions_are_found_in_the_rest_of_a_chain_or_in_the_whole(store: RunStore) -> None:
    first, second, third = await continued(store, new_run(), length=2)
    rows = [replace(transition(run_id, 9), invocation=77) for run_id in (first, second, third)]
    await store.commit(rows)
    rest = await store.find_in_chain(second, 77, whole=False)
    assert {row.run_id for row in rest} == {second, third}
    assert {row.run_id for row in await store.find_in_chain(second, 77, whole=True)} == {first, second, third}
    assert await store.find_in_chain(new_run_id(), 77, whole=True) == []


async def test_text_that_cannot_be_stored_is_refused(store: RunStore) -> None:
    run, successor = new_run(), new_run_id()
    await store.create_runs([run])
    with pytest.raises(InvalidInput, match="input"):
        await store.continue_runs(
            [transition(run.run_id, 2)], [replace(continuation(run.run_id, successor), input="\0")]
        )


async def test_attributes_and_memo_go_on(store: RunStore) -> None:
    run, successor = replace(new_run(), attributes={"a": 1, "b": "x"}, memo='{"m":1}'), new_run_id()
    await store.create_runs([run])
    await store.continue_runs(
        [transition(run.run_id, 2)],
        [continuation(run.run_id, successor)],
        [RunUpdate(run.run_id, attributes={"a": 2, "b": None}), RunUpdate(successor, attributes={"a": 2})],
    )
    found = await store.run_details([run.run_id, successor])
    assert found[run.run_id] == found[successor] == RunDetails({"a": 2}, '{"m":1}')
