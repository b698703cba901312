"""`StartRun`: check the input, make the run with its first transition, send its first commands.

Starting twice is harmless: a start whose run id (or key) a run of its workflow has is answered with that run, whatever
else it says; the run id of another workflow's run is refused. A start without `run_id` and `key` is recognised again by
what its message carries:

- an AMQP `message_id`, or else `reply_to` together with `correlation_id` (an RPC request): such a start gets the key
  `message:<digest>` of these and its body, so that the store's uniqueness of keys keeps it single;
- with none of these, two equal messages are two starts, and nothing tells a redelivery after a compiler's crash from a
  new message: it may then start twice. To prevent that, send a `run_id`, a `key` or a `message_id`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic_core import from_json, to_json

from warren.contracts import messages, names, rendering, wire
from warren.contracts.attributes import attributes_data, check_memo, set_attributes, start_attributes
from warren.contracts.identity import shown
from warren.contracts.ids import new_run_id, shard_of
from warren.contracts.limits import check_depth, check_payload
from warren.engine import Executable, dump_commands
from warren.errors import (
    InfrastructureError,
    InvalidInput,
    MessageError,
    RunEnded,
    RunIdTaken,
    RunKeyTaken,
    StoreUnavailable,
)
from warren.ports import CreateOutcome, Delivery, NewRun, ReplyAddress, RunFinish, RunStore, StoredRun, TransitionRow
from warren.runs.command_dispatch import Dispatcher, finish_of
from warren.runs.outbox import Outbox, RunHeader, depth_of
from warren.runs.processor import Handled, RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runtime.clock import Clock
from warren.runtime.telemetry import Telemetry, is_traceparent, new_trace
from warren_compiler.duplicate_starts import ExistingRuns, reply_accepted
from warren_compiler.ended_runs import check_taken
from warren_compiler.first_transition import FirstTransition
from warren_compiler.refusals import encoded, is_refusable, refuse
from warren_compiler.request_ids import id_of
from warren_compiler.start import Start

_SEED_INPUT: Final = 1_000


class StartHandler:
    """Handles `warren.start`: one commit for all starts of a batch."""

    def __init__(
        self,
        *,
        store: RunStore,
        programs: Programs,
        recent: RecentCauses,
        dispatcher: Dispatcher,
        telemetry: Telemetry,
        clock: Clock,
        quarantine: Quarantine,
        first_transition: FirstTransition,
    ) -> None:
        self._quarantine = quarantine
        self._first_transition = first_transition
        self._store = store
        self._programs = programs
        self._existing = ExistingRuns(store=store, programs=programs, dispatcher=dispatcher, recent=recent)
        self._dispatcher = dispatcher
        self._telemetry = telemetry
        self._clock = clock
        self._shards = dispatcher.shards

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Start what can be started; what is wrong is refused."""
        outbox = self._dispatcher.outbox()
        now = self._clock.now()
        starts: list[Start] = []
        for delivery in deliveries:
            request = None
            try:
                request = wire.load(messages.StartRun, delivery.body)
                starts.append(await self._prepare_or_recall(delivery, request, now))
            except BaseException as error:  # the handler's boundary: whatever is wrong, only this start is refused
                if not is_refusable(error):
                    raise
                self._refuse(delivery, request, error, outbox)
        causes = await self._create(starts, outbox)
        return Handled(outbox.messages(), causes)

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """Refuse it."""
        outbox = self._dispatcher.outbox()
        try:
            request = wire.load(messages.StartRun, delivery.body)
        except MessageError:
            request = None
        self._refuse(delivery, request, error, outbox)
        return Handled(outbox.messages())

    def _refuse(
        self, delivery: Delivery, request: messages.StartRun | None, error: BaseException, outbox: Outbox
    ) -> None:
        for message in refuse(delivery, error, run_id=request.run_id if request else None):
            outbox.add_message(message)
        if request is not None and request.parent is not None and self._is_shard(request.parent.shard):
            outbox.add_outcome(request.parent, messages.RunStatus.FAILED, None, encoded(error), is_refused=True)

    def _is_shard(self, shard: int) -> bool:
        """Whether there is such a shard: an event for another one would find no queue, ever."""
        return 0 <= shard < self._shards

    async def _prepare_or_recall(self, delivery: Delivery, request: messages.StartRun, now: datetime) -> Start:
        """As `_prepare`, but a start of a run that exists is as it was when that run was made: its program may have
        changed since, and no input that fitted then is wrong now."""
        try:
            return await self._prepare(delivery, request, now)
        except InfrastructureError:
            raise
        except Exception:
            run = await self._run_of(delivery, request)
            if run is None:
                raise
            as_it_was = {"version": run.version, "input": from_json(run.input)}
            return await self._prepare(delivery, request.model_copy(update=as_it_was), now)

    async def _run_of(self, delivery: Delivery, request: messages.StartRun) -> StoredRun | None:
        """The run that a start is of, if it exists."""
        run = None if request.run_id is None else await self._store.get_run(request.run_id)
        if run is None and (key := _key_of(delivery, request)) is not None:
            run = await self._store.find_run(request.workflow, key)
        return run if run is not None and run.workflow == request.workflow else None

    async def _prepare(self, delivery: Delivery, request: messages.StartRun, now: datetime) -> Start:
        if request.parent is not None:
            self._check_parent(request, request.parent)
        executable = await (
            self._programs.latest(request.workflow) if request.version is None else self._programs.get(request.version)
        )
        if executable.workflow != request.workflow:
            raise InvalidInput(
                f"version {request.version} is a program of {executable.workflow!r}, not of {request.workflow!r}"
            )
        bound = executable.bind_input(request.input)
        attributes = attributes_data(start_attributes(request.attributes)) if request.attributes else None
        memo = _text(check_memo(request.memo)) if request.memo else None
        run_id = request.run_id or new_run_id()
        state, commands = await self._first_transition.compute(
            executable,
            run_id=run_id,
            input=bound,
            at=now,
            attributes=attributes or {},
            is_suspect=delivery.redelivered,
        )
        event = messages.RunStarted(run_id=run_id, version=executable.version, input=bound, attributes=attributes)
        finish = finish_of(commands)
        wants_outcome = request.reply != "accepted"
        run = NewRun(
            run_id=run_id,
            workflow=request.workflow,
            version=executable.version,
            shard=shard_of(run_id, self._shards),
            input=_text(bound),
            first=TransitionRow(run_id, 1, now, 0, wire.dump(event).decode(), dump_commands(commands)),
            key=_key_of(delivery, request),
            reply_to=(delivery.reply_to or None) if wants_outcome else None,
            correlation_id=delivery.correlation_id if wants_outcome else None,
            parent=None if request.parent is None else request.parent.model_dump_json(),
            trace=self._trace(delivery, run_id),
            wake_at=state.wake_at,
            attributes=set_attributes(state.attributes),
            memo=memo,
            finish=None
            if finish is None
            else RunFinish(
                finish.status,
                _text(finish.result) if finish.error is None else None,
                None if finish.error is None else _text(finish.error),
                now,
            ),
        )
        return Start(delivery, request, run, commands, _signal_of(delivery, request, executable))

    def _check_parent(self, request: messages.StartRun, parent: messages.ParentRun) -> None:
        if not self._is_shard(parent.shard):
            raise InvalidInput(f"parent.shard: there is no shard {shown(parent.shard)}, only {self._shards}")
        check_depth(request.workflow, parent.depth)

    def _trace(self, delivery: Delivery, run_id: UUID) -> str | None:
        incoming = delivery.headers.get(names.HEADER_TRACEPARENT)
        if is_traceparent(incoming):
            return str(incoming)
        return new_trace(run_id) if self._telemetry.enabled else None

    async def _create(self, starts: list[Start], outbox: Outbox) -> list[UUID]:
        if not starts:
            return []
        try:
            outcomes = await self._store.create_runs([start.run for start in starts])
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the store refuses something: it is found whose it is
            return await self._create_by_halves(error, starts, outbox)
        causes: list[UUID] = []
        for start, outcome in zip(starts, outcomes, strict=True):
            if outcome.created:
                causes.append(outcome.run_id)
                self._send_first(start, outbox)
                self._signal(start, outcome.run_id, outbox)
            else:
                await self._answer(start, outcome, outbox)
        return causes

    async def _create_by_halves(self, error: Exception, starts: list[Start], outbox: Outbox) -> list[UUID]:
        """Create those that the store takes; one alone is refused if it is wrong, kept for later if the store is."""
        if len(starts) > 1:
            middle = len(starts) // 2
            return await self._create(starts[:middle], outbox) + await self._create(starts[middle:], outbox)
        (start,) = starts
        if isinstance(error, InfrastructureError):
            await self._quarantine.keep_delivery(start.delivery, f"{type(error).__name__}: {error}")
        else:
            self._refuse(start.delivery, start.request, error, outbox)
        return []

    async def _answer(self, start: Start, outcome: CreateOutcome, outbox: Outbox) -> None:
        """A start that created nothing: the answer is of the run that it is of, or it is refused."""
        try:
            if start.signal is not None:
                await self._check_signal(start.signal, outcome)
            await self._existing.answer(outcome, start, outbox)
            self._signal(start, outcome.run_id, outbox)
        except (RunIdTaken, RunKeyTaken, RunEnded) as error:
            self._refuse(start.delivery, start.request, error, outbox)
        except BaseException as error:
            if not is_refusable(error):
                raise
            of_nobody = start.request.model_copy(update={"parent": None})  # the run exists, and tells its parent itself
            self._refuse(start.delivery, of_nobody, error, outbox)

    async def _check_signal(self, signal: messages.SignalReceived, outcome: CreateOutcome) -> None:
        """Raise `RunEnded` where the run of a start has ended and never had the signal that comes with it."""
        run = None if outcome.taken_by is not None else await self._store.get_run(outcome.run_id)
        if run is not None and run.status is messages.RunStatus.CONTINUED:
            run = (await self._store.last_of_chains([run.run_id]))[run.run_id]
        if run is not None and run.status is not messages.RunStatus.RUNNING:
            await check_taken(self._store, run, signal.model_copy(update={"run_id": run.run_id}))

    def _signal(self, start: Start, run_id: UUID, outbox: Outbox) -> None:
        """Send the run the signal that came with the start: after the commit, before the acknowledgement."""
        if start.signal is not None:
            event = start.signal.model_copy(update={"run_id": run_id})
            outbox.add_event(shard_of(run_id, self._shards), event)

    def _send_first(self, start: Start, outbox: Outbox) -> None:
        run = start.run
        if start.request.reply != "outcome":
            reply_accepted(start, outbox, run_id=run.run_id, version=run.version, created=True)
        outbox.add_child_started(start.request.parent)
        header = RunHeader.of(run)
        header.seed = _seed(start)
        self._dispatcher.carry_out(start.commands, header, outbox)
        if self._telemetry.enabled:
            self._telemetry.emit_start(run_id=run.run_id, workflow=run.workflow, trace=run.trace, at=run.first.at)
        if run.finish is not None:
            finished = stored_form(run)
            outbox.add_finish(finished)
            self._telemetry.emit_run(finished)


def _signal_of(
    delivery: Delivery, request: messages.StartRun, executable: Executable
) -> messages.SignalReceived | None:
    """The signal that comes with a start, checked; `run_id` is that of whatever run has it in the end."""
    signal = request.signal
    if signal is None:
        return None
    payload = executable.requests.bind_signal(signal.signal, signal.payload)
    check_payload(payload, f"the payload of the signal {signal.signal!r}")
    return messages.SignalReceived(
        run_id=request.run_id or new_run_id(), id=id_of(delivery, signal), name=signal.signal, payload=payload
    )


def _seed(start: Start) -> str | None:
    """What spares the coordinator loading the run; a large input is not worth its two ways through the broker, and a
    start with attributes is rare."""
    run = start.run
    if len(run.input) > _SEED_INPUT or start.request.attributes:
        return None
    return rendering.run_seed(
        run_id=run.run_id,
        workflow=run.workflow,
        version=run.version,
        shard=run.shard,
        trace=run.trace,
        input_json=run.input,
        at=run.first.at,
        depth=depth_of(run.parent),
    )


def stored_form(run: NewRun) -> StoredRun:
    """The row that a run which ended in its first transition has."""
    assert run.finish is not None
    return StoredRun(
        run_id=run.run_id,
        workflow=run.workflow,
        version=run.version,
        shard=run.shard,
        status=run.finish.status,
        input=run.input,
        result=run.finish.result,
        error=run.finish.error,
        key=run.key,
        parent=run.parent,
        trace=run.trace,
        wake_at=None,
        reply=None if run.reply_to is None else ReplyAddress(run.reply_to, run.correlation_id),
        created_at=run.first.at,
        finished_at=run.finish.at,
    )


def _key_of(delivery: Delivery, request: messages.StartRun) -> str | None:
    """The key of the run, made from the message where nothing else would tell it from another one."""
    return request.key if request.key or request.run_id else _message_key(delivery)


def _message_key(delivery: Delivery) -> str | None:
    if delivery.message_id:
        identity = ["id", delivery.message_id]
    elif delivery.reply_to and delivery.correlation_id:
        identity = ["rpc", delivery.reply_to, delivery.correlation_id]
    else:
        return None
    digest = hashlib.sha256(
        "\x1f".join(identity).encode(errors="surrogateescape") + b"\x1f" + delivery.body
    ).hexdigest()
    return f"message:{digest[:40]}"


def _text(data: messages.Json) -> str:
    return to_json(data).decode()
