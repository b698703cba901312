"""Requests about single runs: find the run, check what is asked, and tell its shard.

One compiler at a time consumes `warren.requests`, so requests for one run reach it in the broker's order. A request may
come before its run is there: the start that makes it waits in another queue. It is put back behind the others then, and
all later requests for that run with it, until the run is there or `PATIENCE_SECONDS` have passed.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from warren.contracts import names, wire
from warren.contracts.messages import RunStatus
from warren.contracts.requests import Place
from warren.errors import InvalidInput, MessageError, RunNotFound
from warren.ports import Delivery, OutgoingMessage, RunStore, StoredRun
from warren.runs.command_dispatch import Dispatcher
from warren.runs.outbox import Outbox
from warren.runs.processor import Handled
from warren.runs.programs import Programs
from warren.runtime.clock import Clock
from warren_compiler.ended_runs import check_taken
from warren_compiler.refusals import is_refusable, refuse
from warren_compiler.request import Request
from warren_compiler.request_events import event_of

PATIENCE_SECONDS: Final = 10.0
"""So long a request waits for a run that is not there."""
_LOOK_SECONDS: Final = 0.05
MAX_WAITING: Final = 1_000
"""Requests wait for so many runs that are not there; those for more are refused at once, as each is looked up all the
time."""


@dataclass(slots=True)
class _Waiting:
    """Requests for one run that were put back: how many, and when the last one was."""

    count: int = 0
    since: float = 0.0


class RequestHandler:
    """Handles `warren.requests`."""

    def __init__(self, *, store: RunStore, programs: Programs, dispatcher: Dispatcher, clock: Clock) -> None:
        self._store = store
        self._programs = programs
        self._dispatcher = dispatcher
        self._clock = clock
        self._waiting: dict[Place, _Waiting] = {}
        """What was put back, by run: as long as there is something, later requests are put behind it."""

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Pass on what can be passed on; what is wrong is refused."""
        outbox = self._dispatcher.outbox()
        requests: list[Request] = []
        for delivery in deliveries:
            try:
                request = Request.read(delivery)
                self._check_asker(request)
                requests.append(request)
            except (MessageError, InvalidInput) as error:
                _add(outbox, refuse(delivery, error))
        runs = await self._find({request.place for request in requests})
        continued = [run.run_id for run in runs.values() if run.status is RunStatus.CONTINUED]
        last = await self._store.last_of_chains(continued) if continued else {}
        now = self._clock.now()
        passed = 0
        for request in requests:
            run = runs.get(request.place)
            if run is not None and run.run_id in last and not request.is_about_history:
                run = last[run.run_id]
            try:
                passed += await self._pass_on(request, run, now, outbox)
            except BaseException as error:  # the handler's boundary: only this request is refused
                if not is_refusable(error):
                    raise
                run_id = run.run_id if run is not None else request.run_id
                _add(outbox, refuse(request.delivery, error, run_id=run_id))
                self._tell_asker(request, error, outbox)
        if requests and not passed:
            await asyncio.sleep(_LOOK_SECONDS)  # all of them wait: what is put back must not go round at full speed
        return Handled(outbox.messages())

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """Refuse it."""
        outbox = self._dispatcher.outbox()
        _add(outbox, refuse(delivery, error))
        with suppress(MessageError, InvalidInput):
            request = Request.read(delivery)
            self._check_asker(request)
            self._tell_asker(request, error, outbox)
        return Handled(outbox.messages())

    def _check_asker(self, request: Request) -> None:
        """An answer to a shard that is none would find no queue."""
        asker = request.asker
        if asker is not None and asker.shard >= self._dispatcher.shards:
            raise InvalidInput(f"asker.shard: there is no shard {asker.shard}, only {self._dispatcher.shards}")

    def _tell_asker(self, request: Request, error: BaseException, outbox: Outbox) -> None:
        """Where a run has asked, it learns of the refusal, too."""
        if request.asker is not None:
            outbox.add_refusal_to_run(request.asker, error)

    async def _find(self, places: set[Place]) -> Mapping[Place, StoredRun]:
        found: dict[Place, StoredRun] = {}
        ids = [place for place in places if isinstance(place, UUID)]
        if ids:
            found.update((await self._store.get_runs(ids)).items())
        for place in places:
            if not isinstance(place, UUID) and (run := await self._store.find_run(*place)) is not None:
                found[place] = run
        return found

    async def _pass_on(self, request: Request, run: StoredRun | None, now: datetime, outbox: Outbox) -> bool:
        """Tell the run, or put the request back; whether the run was told."""
        since = _waiting_since(request.delivery, now)
        if since is not None:
            self._note_return(request.place)
        if run is None or (since is None and self._is_held_back(request.place, now)):
            self._put_back(request, since or now.timestamp(), now, outbox)
            return False
        event = await event_of(request, run, self._programs)
        is_open = run.status is RunStatus.RUNNING
        if not is_open and not event.is_question:
            await check_taken(self._store, run, event)
        if is_open or event.is_question or not event.is_answered_when_taken:
            outbox.add_event(run.shard, event)
        else:
            outbox.add_answer(event)
        return True

    def _note_return(self, place: Place) -> None:
        waiting = self._waiting.get(place)
        if waiting is not None:
            waiting.count -= 1
            if waiting.count <= 0:
                del self._waiting[place]

    def _is_held_back(self, place: Place, now: datetime) -> bool:
        """Whether something for this run was put back and has not returned; what a broker has lost never does."""
        waiting = self._waiting.get(place)
        if waiting is not None and now.timestamp() - waiting.since > PATIENCE_SECONDS:
            del self._waiting[place]
            return False
        return waiting is not None

    def _put_back(self, request: Request, since: float, now: datetime, outbox: Outbox) -> None:
        place = request.place
        if now.timestamp() - since >= PATIENCE_SECONDS or len(self._waiting) >= MAX_WAITING:
            what = f"id {place}" if isinstance(place, UUID) else f"key {place[1]!r} of workflow {place[0]!r}"
            raise RunNotFound(f"there is no run with the {what}; `warren runs` lists them")
        waiting = self._waiting.setdefault(place, _Waiting())
        waiting.count, waiting.since = waiting.count + 1, now.timestamp()
        delivery = request.delivery
        outbox.add_message(
            OutgoingMessage(
                delivery.exchange or names.COMMANDS_EXCHANGE,
                delivery.routing_key if delivery.exchange else request.body.routing_key,
                wire.dump(request.body.model_copy(update={"id": request.id})),
                headers={
                    **{name: text for name, text in delivery.headers.items() if isinstance(text, str)},
                    names.HEADER_WAITING_SINCE: repr(since),
                },
                reply_to=delivery.reply_to,
                correlation_id=delivery.correlation_id,
                message_id=delivery.message_id,
            )
        )


def _add(outbox: Outbox, outgoing: Sequence[OutgoingMessage]) -> None:
    for message in outgoing:
        outbox.add_message(message)


def _waiting_since(delivery: Delivery, now: datetime) -> float | None:
    """Since when a request that was put back waits, which is not in the future; None for one that was not."""
    since = delivery.headers.get(names.HEADER_WAITING_SINCE) if delivery.headers else None
    if since is None:
        return None
    try:
        seconds = float(since)
    except (TypeError, ValueError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise InvalidInput(f"the header {names.HEADER_WAITING_SINCE} is no number of seconds: {since!r:.50}")
    return min(seconds, now.timestamp())
