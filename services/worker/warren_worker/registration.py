"""Telling the compiler which workflows this worker's modules have, and saying so when it refuses one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from warren.contracts import messages, names, wire
from warren.contracts.registrations import registrations
from warren.errors import InfrastructureError, InvalidInput, MessageError, UnsupportedPatternError
from warren.ports import Broker, OutgoingMessage, Subscription
from warren.runtime.logs import get_logger
from warren.runtime.publisher import Publisher, Repair
from warren.sdk.sources import workflow_source
from warren.sdk.workflow import Workflow

log = get_logger(__name__)

_ASK_SECONDS: Final = 5.0


class Registration:
    """Registers workflows once per start of the worker. `is_done` is true when every one was taken."""

    def __init__(self, broker: Broker, workflows: Sequence[type[Workflow]], *, repair: Repair) -> None:
        self._broker = broker
        self._workflows = workflows
        self._publisher = Publisher(broker, repair=repair)
        self._bodies: dict[str, bytes] = {}
        self._waiting: dict[str, str] = {}
        self.is_done = not workflows

    async def run(self) -> None:
        """Register and wait for the answers, however long the compiler is away; run it as a task."""
        if self.is_done:
            return
        queue = await self._broker.declare_private_queue()
        subscription = await self._broker.subscribe(queue, prefetch=16)
        refused = self._pack()
        epoch = await self._send(queue)
        while self._waiting:
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    refused += await self._hear(subscription)
            except TimeoutError:
                if self._broker.epoch != epoch:  # an answer may have been lost with the connection
                    epoch = await self._send(queue)
                else:
                    log.warning(
                        "waiting for a compiler to register workflows", workflows=sorted(self._waiting.values())
                    )
        self._bodies.clear()
        await subscription.cancel()
        self.is_done = not refused

    async def _send(self, queue: str) -> int:
        """One message for each workflow, so that a refused one does not take the others along."""
        epoch = self._broker.epoch
        self._waiting = {uuid4().hex: workflow for workflow in self._bodies}
        requests = [
            OutgoingMessage(
                names.COMMANDS_EXCHANGE,
                names.REGISTER_KEY,
                self._bodies[workflow],
                reply_to=queue,
                correlation_id=correlation_id,
            )
            for correlation_id, workflow in self._waiting.items()
        ]
        await self._publisher.publish(requests)
        return epoch

    def _pack(self) -> int:
        """Make the messages; returns how many workflows are too large for one, or not what was compiled any more."""
        refused = 0
        for cls in self._workflows:
            try:
                (packed,) = registrations([workflow_source(cls)])
            except InvalidInput as error:
                log.error("registration refused", workflow=cls.short_name(), code=error.code, error=str(error))  # noqa: TRY400 - one line
                refused += 1
            except UnsupportedPatternError as error:
                log.error("registration refused", workflow=cls.short_name(), code="changed", error=str(error))  # noqa: TRY400 - as above
                refused += 1
            else:
                self._bodies[cls.short_name()] = packed.body
        return refused

    async def _hear(self, subscription: Subscription) -> int:
        """Take answers; returns how many were refusals."""
        deliveries = await subscription.receive(16)
        refused = 0
        for delivery in deliveries:
            workflow = self._waiting.pop(delivery.correlation_id or "", None)
            if workflow is None:
                continue
            try:
                reply = wire.load_reply(delivery.body)
            except MessageError as error:
                log.error("unreadable reply to a registration", workflow=workflow, error=str(error))  # noqa: TRY400 - one line
                refused += 1
                continue
            if isinstance(reply, messages.WorkflowsRegistered):
                log.info("workflow registered", workflow=workflow, version=reply.versions.get(workflow))
            elif isinstance(reply, messages.Refused):
                log.error("registration refused", workflow=workflow, code=reply.error.code, error=reply.error.message)
                refused += 1
        subscription.ack(deliveries)
        return refused


async def register_quietly(registration: Registration) -> None:
    """`Registration.run` as a background task: a broker's refusal is logged and ends nothing else."""
    try:
        await registration.run()
    except InfrastructureError as error:
        log.error("cannot register workflows", error=f"{type(error).__name__}: {error}")  # noqa: TRY400 - one line
