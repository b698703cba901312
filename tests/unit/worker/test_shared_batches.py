"""Actions that share a value in their message: each has a copy of its own, and leaves its batch whole."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import to_json
from tests.support.eventually import eventually
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren import action
from warren.contracts import messages, names, rendering, wire
from warren.errors import Refusal
from warren.ports import OutgoingMessage
from warren.runs.action_batches import LargeAction, LargeValue
from warren.runtime.replacements import by_run, replacement_of, run_of

DOCUMENT = {"pages": [{"text": "x" * 100, "marks": []} for _ in range(50)]}


@action
async def mark(document: dict[str, Any], name: str) -> int:
    """Changes what it was given."""
    document["pages"][0]["marks"].append(name)
    document.setdefault("names", []).append(name)
    return len(document["pages"][0]["marks"]) + len(document["names"])


def shared_body(items: list[messages.RunAction]) -> bytes:
    """A batch of actions whose first argument, or that of the name `label`, is in the table."""
    value = LargeValue(to_json(DOCUMENT))
    made = []
    for item in items:
        head = rendering.run_action_head(run_id=item.run_id, workflow="w", shard=1, traceparent=None)
        before = rendering.action_before(head, item.invocation, item.attempt, item.action)
        rest = [to_json(arg) for arg in item.args]
        made.append(LargeAction(before, [value, *rest], {}, b"").written({value: 0}))
    return rendering.shared_action_batch([value.text], made)


async def test_every_action_has_a_copy_of_its_own(w: World) -> None:
    await w.worker()
    await w.send_body(shared_body([w.item(mark, str(number)) for number in range(8)]))
    events = await w.reported(8)
    assert [event.result for event in events if isinstance(event, messages.ActionSucceeded)] == [2] * 8


async def test_a_redelivered_batch_is_divided_into_whole_actions(w: World) -> None:
    first = await w.worker()
    await w.send_body(shared_body([w.item(actions.hold) for _ in range(3)]))
    await eventually(lambda: len(seen.started) == 3)
    await first.crash()
    second = await w.worker()
    await eventually(lambda: len(seen.started) == 6)
    await second.crash()
    assert await w.waiting() == 3, "one message each"
    for count in (9, 10, 11):  # the last two alone, as suspects
        third = await w.worker()
        await eventually(lambda wanted=count: len(seen.started) >= wanted)
        if count < 11:
            await third.crash()
    seen.gate.set()
    await w.reported(3)
    assert all(each == DOCUMENT for each in seen.started)


async def test_a_table_without_the_value_is_parked(w: World) -> None:
    await w.worker()
    body = shared_body([w.item(mark, "a")]).replace(b'"shared":[[0,0]]', b'"shared":[[0,9]]')
    await w.send_body(body)
    dead = await w.broker.subscribe(names.DEAD_QUEUE, prefetch=1)
    (parked,) = await dead.receive(1)
    assert parked.body == body
    assert parked.headers["x-warren-reason"] == "bad_message"


@pytest.mark.parametrize(
    ("exchange", "key"),
    [(names.ACTIONS_EXCHANGE, "default"), (names.DEFAULT_EXCHANGE, names.suspect_queue("default"))],
)
async def test_a_batch_that_the_broker_refuses_is_taken_apart_into_whole_actions(
    w: World, exchange: str, key: str
) -> None:
    body = shared_body([w.item(mark, str(number)) for number in range(2)])
    message = OutgoingMessage(exchange, key, body)
    refusal = Refusal("too large", limit=1_000)
    assert run_of(message) == w.run_id
    assert by_run(message) == [message]
    apart = replacement_of(message, refusal)
    assert apart is not None
    assert not apart.is_final
    items = [wire.load(messages.ActionBatch, each.body).items for each in apart.messages]
    assert [[item.args for item in batch] for batch in items] == [[[DOCUMENT, "0"]], [[DOCUMENT, "1"]]]
    final = replacement_of(apart.messages[0], refusal)
    assert final is not None
    assert final.is_final
