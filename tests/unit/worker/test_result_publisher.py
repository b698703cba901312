"""What a worker reports about the actions that it runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.support.eventually import eventually
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.contracts import messages
from warren.contracts.plain import exception_message, exception_name


def failed(event: messages.RunEvent, name: str) -> str:
    """The message of a failure of the class `name`."""
    assert isinstance(event, messages.ActionFailed), event
    assert exception_name(event.error) == name
    return exception_message(event.error)


async def test_a_result_names_its_invocation_and_the_time_it_took(w: World) -> None:
    await w.worker()
    item = w.item(actions.add, 1, kwargs={"b": 5}, attempt=3)
    await w.send(item)
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)
    assert (event.run_id, event.invocation, event.attempt) == (item.run_id, item.invocation, 3)
    assert event.result == 6
    assert 0 <= event.duration_ms < 1000
    assert await is_settled(w)


async def is_settled(w: World) -> bool:
    """Whether the workers acknowledge everything: nothing comes back when they end."""
    for worker in w.workers:
        await worker.drain()
    w.workers.clear()
    return await w.waiting() == 0


async def test_a_plain_function_runs_in_a_thread(w: World) -> None:
    await w.worker()
    event = await w.call(actions.in_thread, 4)
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == 8
    assert seen.threads
    assert all("MainThread" not in name for name in seen.threads)


@pytest.mark.parametrize("action", [actions.fail, actions.fail_in_thread])
async def test_an_exception_keeps_its_class_and_the_users_traceback(w: World, action: Any) -> None:
    await w.worker()
    event = await w.call(action, "bad")
    assert failed(event, "ValueError") == "bad"
    assert isinstance(event, messages.ActionFailed)
    trace = event.error["tb"]
    assert "raise ValueError(text)" in trace
    assert "warren_worker" not in trace
    assert "threads.py" not in trace


async def test_an_unknown_action_is_named_together_with_what_the_worker_has(w: World) -> None:
    await w.worker(modules=("shop.orders", "shop.mail"))
    text = failed(await w.call("other.module:thing"), "warren.errors.ActionNotRegistered")
    assert "other.module:thing" in text
    assert "shop.orders, shop.mail" in text


@pytest.mark.parametrize(
    ("action", "error"), [(actions.unserializable, "UnserializableValue"), (actions.huge, "ValueTooLarge")]
)
async def test_a_result_that_cannot_be_sent_is_a_failure_of_the_action(w: World, action: Any, error: str) -> None:
    await w.worker()
    event = await w.call(action)
    assert action.__warren_action__ in failed(event, f"warren.errors.{error}")
    assert isinstance(event, messages.ActionFailed)
    assert "tb" not in event.error, "there is no line of the user's in it"


@pytest.mark.parametrize("action", [actions.raise_what_nobody_catches, actions.raise_it_in_a_thread])
async def test_an_exception_that_is_none_of_a_programs_is_a_failure_of_the_action(w: World, action: Any) -> None:
    await w.worker(concurrency=1)
    name = action.__warren_action__
    text = failed(await w.call(action, "generator"), "warren.errors.ActionError")
    assert text == f"the action {name!r} raised GeneratorExit"
    text = failed(await w.call(action, "own"), "warren.errors.ActionError")
    assert text == f"the action {name!r} raised Finished: over"
    assert await is_settled(w)


async def test_an_attempt_that_takes_too_long_is_a_timeout(w: World) -> None:
    await w.worker()
    failed(await w.call(actions.hold, timeout_seconds=0.05), "warren.errors.ActionTimeout")


async def test_wrong_arguments_are_the_actions_failure(w: World) -> None:
    await w.worker()
    failed(await w.call(actions.add), "TypeError")
    failed(await w.call(actions.add, {"$": "nonsense"}), "warren.errors.InvalidInput")


async def test_an_action_knows_its_run_and_attempt(w: World) -> None:
    await w.worker()
    item = w.item(actions.who, attempt=2, timeout_seconds=5)
    await w.send(item)
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == {"key": f"{item.run_id}:{item.invocation}", "attempt": 2, "deadline": True}


async def test_a_context_variable_of_one_action_is_not_seen_by_the_next(w: World) -> None:
    await w.worker(concurrency=1)
    await w.send(*(w.item(actions.leaking) for _ in range(3)))
    events = await w.reported(3)
    assert [event.result for event in events if isinstance(event, messages.ActionSucceeded)] == ["clean"] * 3


async def test_a_class_with_validators_is_constructed_by_the_built_in_action(w: World) -> None:
    await w.worker()
    ref = "tests.unit.worker.actions:Even"
    event = await w.call("warren:construct", ref, kwargs={"n": 4})
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == {"$": "model", "t": ref, "v": {"n": 4}}
    assert "odd" in failed(
        await w.call("warren:construct", ref, kwargs={"n": 3}), "pydantic_core._pydantic_core.ValidationError"
    )
    failed(await w.call("warren:construct", "os:system", "true"), "warren.errors.InvalidInput")


async def test_results_share_messages_while_a_publication_is_in_flight(w: World) -> None:
    await w.worker()
    await w.send(*(w.item(actions.yielding, n) for n in range(200)))
    events = await w.reported(200)
    assert {event.result for event in events if isinstance(event, messages.ActionSucceeded)} == set(range(200))
    assert len(w.bodies) < 40


async def test_no_more_actions_run_at_once_than_the_concurrency_allows(w: World) -> None:
    await w.worker(concurrency=7)
    await w.send(*(w.item(actions.yielding, n) for n in range(100)))
    await w.reported(100)
    assert seen.most == 7


async def test_a_long_action_does_not_hold_up_others(w: World) -> None:
    await w.worker(concurrency=2)
    await w.send(w.item(actions.hold, "slow"), *(w.item(actions.add, n) for n in range(50)))
    await w.reported(50)
    seen.gate.set()
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == "slow"


async def test_a_worker_consumes_the_queues_that_it_was_given(w: World) -> None:
    await w.worker(queues=("gpu",))
    await w.send(w.item(actions.add, 1), queue="default")
    await w.send(w.item(actions.add, 2), queue="gpu")
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == 3
    assert await w.waiting("default") == 1


async def test_an_action_of_a_newer_coordinator_runs(w: World) -> None:
    await w.worker()
    item = {**w.item(actions.add, 1).model_dump(mode="json"), "priority": 7}
    await w.send_body(json.dumps({"v": 1, "minor": 99, "items": [item], "sent_by": "b"}).encode())
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)


async def test_an_action_of_another_major_version_is_parked_and_the_next_one_runs(w: World) -> None:
    await w.worker()
    await w.send_body(b'{"v":2,"items":[]}')
    await w.send(w.item(actions.add, 1))
    await w.reported(1)
    assert await w.dead() == ["unsupported_version"]


async def test_a_broken_message_is_parked_and_the_next_one_runs(w: World) -> None:
    await w.worker()
    await w.send_body(b"{nonsense")
    await w.send_body(b'{"v":1,"items":[]}')
    await w.send(w.item(actions.add, 1))
    await w.reported(1)
    assert await w.dead() == ["bad_message"]
    assert await is_settled(w)


async def test_results_wait_for_a_broker_that_is_away(w: World) -> None:
    await w.worker()
    await w.send(w.item(actions.hold, "x"))
    await eventually(lambda: seen.started)
    w.server.stop()
    seen.gate.set()
    await eventually(lambda: seen.ended)
    w.server.start()
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)


async def test_what_still_runs_after_a_lost_connection_runs_once(w: World) -> None:
    worker = await w.worker()
    await w.send(w.item(actions.hold, "x"))
    await eventually(lambda: seen.started)
    w.server.drop_connection(worker.broker)
    w.server.join(worker.broker)
    await eventually(lambda: worker.broker.is_ready)
    await asyncio.sleep(0)
    seen.gate.set()
    await w.reported(1)
    assert seen.started == ["x"]
    assert await is_settled(w)


async def test_the_deepest_result_arrives_and_a_deeper_one_is_a_failure(w: World) -> None:
    await w.worker()
    event = await w.call(actions.deep, 60)
    assert isinstance(event, messages.ActionSucceeded)
    assert "nested deeper than 60 levels" in failed(await w.call(actions.deep, 61), "warren.errors.UnserializableValue")


async def test_a_failure_with_a_lone_surrogate_in_its_text_is_reported(w: World) -> None:
    await w.worker()
    failed(await w.call(actions.fail_unprintably), "ValueError")
