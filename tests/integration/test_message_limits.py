"""Values larger than a message on real servers: the invocation, run or start fails with its size, and all others go on.

With the limit of RabbitMQ 4 (16 MiB, above ours), and with a lower one that only the broker knows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.eventually import eventually
from tests.support.large_workflows import Forgiving, Gathered, Growing, OneAction, Ordinary, Returned, WithChild
from tests.support.processes import Installation, installation
from tests.support.servers.rabbitmq_private import PrivateRabbit

from warren.adapters.rabbitmq import RabbitBroker
from warren.client import ClientRunHandle
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.errors import ValueTooLarge, WorkflowFailedError
from warren.ports import OutgoingMessage
from warren.testing import run_workflow

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]

MIB = 1 << 20


@pytest.fixture(scope="module", params=[16 * MIB, 1 * MIB], ids=["16 MiB", "1 MiB"])
def limited(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    """A broker's URL and its largest message."""
    with PrivateRabbit({"max_message_size": str(request.param)}) as rabbit:
        yield rabbit.url, request.param


@asynccontextmanager
async def services(broker_url: str, database_url: str) -> AsyncIterator[Installation]:
    async with installation(broker_url, database_url, WARREN_LOG_FORMAT="json") as made:
        made.compiler()
        made.coordinator()
        made.worker("tests.support.large_workflows")
        await made.until_ready()
        yield made


async def failure(handle: ClientRunHandle) -> str:
    with pytest.raises(WorkflowFailedError) as caught:
        await handle.result(60)
    return str(caught.value)


async def test_what_is_too_large_fails_alone(limited: tuple[str, int], fresh_database_url: str) -> None:
    url, limit = limited
    over = limit * 9 // 16  # two of these are over the limit, each of them is not
    async with services(url, fresh_database_url) as made:
        client = made.client
        beside = [await client.start(Ordinary, 150) for _ in range(10)]
        hostile = [
            (await client.start(Gathered, over), "the call of tests.support.large_workflows:length_of has"),
            (await client.start(Growing, limit // 2), "the call of tests.support.large_workflows:length_of has"),
            (await client.start(OneAction, "result", limit + 5), "the result of "),
            (await client.start(WithChild, over, over), "the result of "),
            (await client.start(WithChild, 10, limit + 5), "the result of "),
        ]
        returned = await client.start(Returned, over)
        large_error = await client.start(OneAction, "error", limit + 5)
        forgiving = await client.start(Forgiving, over)
        for handle, says in hostile:
            text = await failure(handle)
            assert "ValueTooLarge" in text
            assert says in text
            assert "MiB as JSON" in text
        if limit > 12 * MIB:
            assert "the result of the run has" in await failure(returned)
        else:  # it fits into the store, and the broker does not take it to the client
            with pytest.raises(ValueTooLarge, match=r"`warren show .*` has its outcome"):
                await returned.result(60)
        assert "ValueError" in await failure(large_error)
        assert (await forgiving.result(60)).startswith("ValueTooLarge: the call of")
        assert [await handle.result(60) for handle in beside] == [sum(range(150))] * 10
        await _nothing_is_left(made, url)


async def test_a_start_that_is_too_large_is_refused_where_it_is_made(
    limited: tuple[str, int], fresh_database_url: str
) -> None:
    url, limit = limited
    async with services(url, fresh_database_url) as made:
        with pytest.raises(ValueTooLarge, match="MiB"):
            await made.client.start(OneAction, "input", 0, "i" * (limit + 5))
        assert await made.client.run(Ordinary, 3) == 3
        request = messages.StartRun(
            workflow="large.one_action",
            input={"kind": "input", "size": 0, "text": "\0" * (limit // 6 - 2_000)},
            run_id=new_run_id(),
        )
        await made.client._outbox.publish(  # as a foreign program does, which encodes as it likes
            OutgoingMessage(names.COMMANDS_EXCHANGE, names.START_KEY, wire.dump(request))
        )
        assert await made.client.run(Ordinary, 3) == 3


async def test_values_at_the_limit_arrive(fresh_broker_url: str, fresh_database_url: str) -> None:
    """Of any broker that is supported: RabbitMQ 4 takes 16 MiB."""
    async with services(fresh_broker_url, fresh_database_url) as made:
        largest = 12 * MIB - 200
        assert await made.client.run(OneAction, "input", 0, "i" * largest) == largest
        assert await made.client.run(OneAction, "result", 12 * MIB - 2) == 12 * MIB - 2
        assert await made.client.run(Gathered, 6 * MIB - 100) == 12 * MIB - 200


@pytest.mark.parametrize(
    ("workflow", "arguments", "says"),
    [
        (
            Gathered,
            (7 * MIB,),
            "large_workflows:length_of has 14.0 MiB as JSON (argument 1: 7.0 MiB, argument 2: 7.0 MiB)",
        ),
        (Growing, (3 * MIB,), "has 18.0 MiB as JSON (argument 1: 18.0 MiB)"),
        (
            OneAction,
            ("result", 13 * MIB),
            "the result of the action 'tests.support.large_workflows:text_of' has 13.0 MiB",
        ),
        (OneAction, ("error", 13 * MIB), "an exception of the class 'ValueError' has 13.0 MiB"),
        (OneAction, ("input", 0, "i" * (13 * MIB)), "the input has 13.0 MiB"),
        (Returned, (7 * MIB,), "the result of the run has 14.0 MiB"),
    ],
    ids=["arguments", "growing argument", "result", "error", "input", "result of the run"],
)
async def test_the_limit_is_the_same_in_memory(workflow: Any, arguments: Any, says: str) -> None:
    with pytest.raises(ValueTooLarge) as caught:
        await run_workflow(workflow, *arguments)
    assert says in str(caught.value)
    assert "keep it elsewhere" in str(caught.value)


async def test_a_lower_limit_is_learned_once(limited: tuple[str, int]) -> None:
    url, limit = limited
    broker = RabbitBroker(url, name="limits")
    await broker.connect()
    queue = await broker.declare_private_queue()
    for _ in range(3):
        begun = time.monotonic()
        with pytest.raises(Exception, match=f"{limit + 1:,} bytes"):
            await broker.publish([OutgoingMessage("", queue, bytes(limit + 1)), OutgoingMessage("", queue, b"small")])
        spent = time.monotonic() - begun
        assert await broker.get(queue) == b"small"
        while await broker.get(queue) is not None:
            pass
    assert spent < 0.1, "the broker is not asked again"
    assert broker.epoch == 1
    await broker.close()


async def _nothing_is_left(made: Installation, url: str) -> None:
    assert await made.store.quarantined() == []
    broker = RabbitBroker(url, name="checker")
    await broker.connect()

    async def is_drained() -> bool:
        stats = await asyncio.gather(*(broker.stats(names.event_queue(shard)) for shard in range(4)))
        return all(each is not None and each.messages == 0 for each in stats)

    await eventually(is_drained)
    await broker.close()
