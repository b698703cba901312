"""`RegisterWorkflows`: check, lower and keep programs, each for itself. Knows nothing of runs.

What is wrong with one workflow of a message does not keep the others from being registered. Whatever a program makes
the checks or lowering raise is its own fault, and said to who sent it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic_core import from_json as parse_json
from pydantic_core import to_json as json_bytes

from warren.contracts import messages, registrations, wire
from warren.contracts.error_infos import error_info
from warren.contracts.identity import shown
from warren.engine import Executable
from warren.errors import MessageError, RegistrationRefused, UnsupportedVersion
from warren.ir.base import from_json, to_json
from warren.ir.workflow import WorkflowIR
from warren.lowering import lower
from warren.ports import Delivery, OutgoingMessage, ProgramRecord, RunStore
from warren.runs.outbox import reply_message
from warren.runs.processor import Handled
from warren.runs.programs import Programs
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_compiler.refusals import is_refusable, refuse

log = get_logger(__name__)

_READ_ONE_BY_ONE: Final = 1_000
"""Workflows of a message that is wrong, which are looked at one by one."""
_NAMED: Final = 20
"""Refused workflows that an answer names; more of them are counted."""

Part = tuple[str, messages.WorkflowSource | MessageError]
"""A name, and the workflow or what is wrong with it."""


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
            except BaseException as error:
                if not is_refusable(error):
                    raise
                handled.messages += refuse(delivery, error)
        return handled

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """Refuse it."""
        return Handled(refuse(delivery, error))

    async def _register(self, delivery: Delivery) -> list[OutgoingMessage]:
        parts = _parts_of(delivery.body)
        versions: dict[str, str] = {}
        refused: dict[str, messages.ErrorInfo] = {}
        count = 0
        for name, source in parts:
            try:
                versions[name] = await self._keep(source)
            except BaseException as error:
                if not is_refusable(error):
                    raise
                count += 1
                if len(refused) < _NAMED:
                    refused[name] = error_info(error)
        if count:
            info = next(iter(refused.values())) if len(parts) == 1 else _summary(count, len(parts), refused)
            return refuse(delivery, info, versions=versions, refused=refused)
        if not delivery.reply_to:
            return []
        body = wire.dump(messages.WorkflowsRegistered(versions=versions))
        return [reply_message(body, reply_to=delivery.reply_to, correlation_id=delivery.correlation_id)]

    async def _keep(self, source: messages.WorkflowSource | MessageError) -> str:
        """Register one workflow; its version."""
        if isinstance(source, MessageError):
            raise source
        executable = _compile(source)
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
        log.info("program registered", workflow=source.workflow, version=executable.version)
        return executable.version


def _parts_of(body: bytes) -> list[Part]:
    """The workflows of a message, and what is wrong with those that are none.

    Raises:
        MessageError: nothing in it can be used.
    """
    try:
        request = wire.load(messages.RegisterWorkflows, body)
    except UnsupportedVersion:
        raise
    except MessageError:
        parts = list(_read_one_by_one(body))
        if not any(isinstance(part, messages.WorkflowSource) for _, part in parts):
            raise
        return parts
    return [(source.workflow, source) for source in request.workflows]


def _read_one_by_one(body: bytes) -> Iterator[Part]:
    """Each workflow of a message as if it were the only one."""
    try:
        data = parse_json(body)
    except ValueError:
        return
    workflows = data.get("workflows") if isinstance(data, dict) else None
    if not isinstance(workflows, list) or not 1 < len(workflows) <= _READ_ONE_BY_ONE:
        return
    for place, workflow in enumerate(workflows):
        name = workflow.get("workflow") if isinstance(workflow, dict) else None
        try:
            request = wire.load(messages.RegisterWorkflows, json_bytes({**data, "workflows": [workflow]}))
        except MessageError as error:
            yield shown(name) if isinstance(name, str) else f"workflows.{place}", error
        else:
            yield from ((source.workflow, source) for source in request.workflows)


def _summary(count: int, among: int, refused: Mapping[str, messages.ErrorInfo]) -> messages.ErrorInfo:
    texts = [f"{name}: {error.message}" for name, error in refused.items()]
    more = f"; and {count - len(texts)} more" if count > len(texts) else ""
    rest = "nothing is registered" if count == among else "the others are registered"
    return error_info(
        RegistrationRefused(f"{count} of {among} workflows are refused ({rest}): {'; '.join(texts)}{more}")
    )


def _compile(source: messages.WorkflowSource) -> Executable:
    registrations.checked(source)
    ir = from_json(source.ir)
    if not isinstance(ir, WorkflowIR):
        raise MessageError(f"the IR of workflow {source.workflow!r} is a {type(ir).__name__}, not a WorkflowIR")
    if ir.name != source.workflow:
        raise MessageError(f"the IR registered as {source.workflow!r} is that of workflow {shown(ir.name)}")
    return Executable(lower(ir))


def _text(data: messages.Json) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
