"""One large value that goes to many actions: once in the history and in each message, whole at every worker."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually

from warren import Workflow, action, workflow
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import messages

DOCUMENT = {"text": "lorem ipsum " * 1_000, "marks": []}
QUESTIONS = 40


@action
async def ask(document: Any, question: int) -> int:
    """Never run here."""
    return question


@workflow
class Asks(Workflow):
    """One document, as many questions about it as the first answer says."""

    async def run(self, document: dict[str, Any]) -> int:
        count = await ask(document, -1)
        return sum(await asyncio.gather(*[ask(document, n) for n in range(count)]))


async def asked(made: Cluster) -> list[messages.RunAction]:
    actions = await made.actions(QUESTIONS)
    assert [action.args for action in actions] == [[DOCUMENT, n] for n in range(QUESTIONS)]
    return actions


async def test_a_coordinator_that_dies_leaves_whole_actions_to_the_next_one() -> None:
    async with cluster() as made:
        await made.register(Asks)
        run_id = await made.start(Asks, document=DOCUMENT)
        first = await made.actions(1)
        victim = made.services[1]
        victim.broker.hangs_before_publishing = True
        await made.succeed(first, QUESTIONS, duration_ms=1.0)
        await eventually(lambda: len(made.sequence(run_id)) == 2)
        store = MemoryRunStore(made.database)
        await store.connect()
        row = (await store.history(run_id, limit=9))[1]
        assert row.commands.count(DOCUMENT["text"]) == 1
        await victim.crash()
        await made.coordinator()
        actions = await asked(made)
        await made.succeed(actions, 1)
        assert (await made.finished()).result == QUESTIONS


async def test_a_message_has_the_document_once() -> None:
    async with cluster() as made:
        await made.register(Asks)
        for _ in range(2):  # the second time, questions are known to be short
            await made.start(Asks, document=DOCUMENT)
            first = await made.actions(1)
            await made.succeed(first, QUESTIONS, duration_ms=1.0)
            await made.succeed(await asked(made), 1, duration_ms=1.0)
            await made.finished()
        await made.start(Asks, document=DOCUMENT)
        await made.succeed(await made.actions(1), QUESTIONS, duration_ms=1.0)
        bodies = []
        taken = 0
        while taken < QUESTIONS:
            async with asyncio.timeout(5):
                (delivery,) = await made.worker.receive(1)
            made.worker.ack([delivery])
            bodies.append(delivery.body)
            taken += delivery.body.count(b'"invocation"')
        assert len(bodies) <= 4
        assert all(body.count(b"lorem ipsum " * 1_000) <= 2 for body in bodies)
