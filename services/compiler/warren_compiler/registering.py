"""`RegisterWorkflows`: check, lower and keep programs. Knows nothing of runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from warren.contracts import messages, wire
from warren.engine import Executable
from warren.errors import InfrastructureError, MessageError
from warren.ir.base import from_json, to_json
from warren.ir.workflow import WorkflowIR
from warren.lowering import lower
from warren.ports import Delivery, OutgoingMessage, ProgramRecord, RunStore
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren.runtime.outbox import reply_message
from warren.runtime.processor import Handled
from warren.runtime.programs import Programs
from warren_compiler.refusals import refuse

log = get_logger(__name__)


class RegisterHandler:
    """Handles `warren.register`. Registering the same program again changes nothing but which one is latest."""

    def __init__(self, *, store: RunStore, programs: Programs, clock: Clock) -> None:
        self._store = store
        self._programs = programs
        self._clock = clock

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Register what each delivery holds; what is wrong is refused."""
        handled = Handled()
        for delivery in deliveries:
            try:
                handled.messages += await self._register(delivery)
            except InfrastructureError:
                raise
            except Exception as error:  # noqa: BLE001 - the handler's boundary: whatever a program does, it is refused
                handled.messages += refuse(delivery, error)
        return handled

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """Refuse it."""
        return Handled(refuse(delivery, error))

    async def _register(self, delivery: Delivery) -> list[OutgoingMessage]:
        request = wire.load(messages.RegisterWorkflows, delivery.body)
        compiled = [(source, _compile(source)) for source in request.workflows]
        versions = {}
        for source, executable in compiled:
            await self._store.save_program(
                ProgramRecord(
                    version=executable.version,
                    workflow=source.workflow,
                    ir=_text(source.ir),
                    program=_text(to_json(executable.program)),
                    registered_at=self._clock.now(),
                )
            )
            self._programs.add(executable)
            versions[source.workflow] = executable.version
            log.info("registered", workflow=source.workflow, version=executable.version)
        if not delivery.reply_to:
            return []
        body = wire.dump(messages.WorkflowsRegistered(versions=versions))
        return [reply_message(body, reply_to=delivery.reply_to, correlation_id=delivery.correlation_id)]


def _compile(source: messages.WorkflowSource) -> Executable:
    ir = from_json(source.ir)
    if not isinstance(ir, WorkflowIR):
        raise MessageError(f"the IR of workflow {source.workflow!r} is a {type(ir).__name__}, not a WorkflowIR")
    if ir.name != source.workflow:
        raise MessageError(f"the IR registered as {source.workflow!r} is that of workflow {ir.name!r}")
    return Executable(lower(ir))


def _text(data: messages.Json) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
