"""A start whose run exists already: answer it, and finish what an earlier delivery of it may have left undone."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from warren.contracts import messages, wire
from warren.contracts.identity import shown
from warren.contracts.messages import RunStatus
from warren.engine import load_commands
from warren.errors import InternalError, RunIdTaken, RunKeyTaken
from warren.ports import CreateOutcome, NewRun, RunStore, StoredRun
from warren.runs.command_dispatch import Dispatcher, finish_of
from warren.runs.outbox import Outbox, RunHeader, finished_body, reply_message
from warren.runs.processor import RecentCauses
from warren.runs.programs import Programs
from warren.runs.run_loader import load_running
from warren_compiler.start import Start


class ExistingRuns:
    """Answers starts that created nothing, because a run has their id or their key."""

    def __init__(self, *, store: RunStore, programs: Programs, dispatcher: Dispatcher, recent: RecentCauses) -> None:
        self._store = store
        self._programs = programs
        self._dispatcher = dispatcher
        self._recent = recent

    async def answer(self, outcome: CreateOutcome, start: Start, outbox: Outbox) -> None:
        """Make the sender the one that gets the outcome (at once, if the run has ended).

        What the first transition caused is published again only for a redelivery that this process has not dealt with:
        otherwise the message that created the run is still unacknowledged, and its own handling sees to it.

        Raises:
            RunIdTaken: the run is one of another workflow, or the start is of a child and the run is not that child.
            RunKeyTaken: the start is of a child, and the run that has its key is not that child.
        """
        run_id = outcome.run_id
        if outcome.taken_by is not None:
            raise _taken(start, outcome.taken_by)
        if run_id != start.run.run_id and start.run.reply_to is not None:
            await self._store.create_runs([_renamed(start, run_id)])  # names a new reply address for the key's owner
        run = await self._last_of(run_id, start)
        if start.request.parent is not None and not _is_child_of(run, start.request.parent):
            if run_id != start.run.run_id:
                raise RunKeyTaken(
                    f"the key {shown(start.request.key)} is that of the run {run_id} of workflow {run.workflow!r}: "
                    "give the child run another key, or reach that run with run_handle(run_id)"
                )
            raise RunIdTaken(
                f"the run {run_id} of workflow {run.workflow!r} was not started by the run "
                f"{start.request.parent.run_id}, which has this id for a child: it is another run"
            )
        if start.request.reply != "outcome":
            reply_accepted(start, outbox, run_id=run_id, version=run.version, created=False)
        outbox.add_child_started(start.request.parent)
        if start.delivery.redelivered and not self._recent.did(run_id) and run.run_id == run_id:
            await self._publish_first_again(run, outbox)
        if run.status is not RunStatus.RUNNING and start.request.parent is not None:
            outbox.tell_parent(run)
        if run.status is not RunStatus.RUNNING and start.run.reply_to is not None:
            outbox.add_message(
                reply_message(finished_body(run), reply_to=start.run.reply_to, correlation_id=start.run.correlation_id)
            )

    async def _last_of(self, run_id: UUID, start: Start) -> StoredRun:
        """The run, or the one that goes on in its place, which has the reply address of the start from now on."""
        while True:
            run = await self._store.get_run(run_id)
            if run is None:
                raise InternalError(f"run {run_id} vanished while a start of it was handled")
            if run.status is not RunStatus.CONTINUED:
                return run
            run_id = (await self._store.last_of_chains([run_id]))[run_id].run_id
            if start.run.reply_to is not None:
                await self._store.create_runs([_renamed(start, run_id)])

    async def _publish_first_again(self, run: StoredRun, outbox: Outbox) -> None:
        rows = await self._store.history(run.run_id, limit=1)
        commands = load_commands(rows[0].commands)
        if run.status is not RunStatus.RUNNING:
            self._dispatcher.carry_out_for_others(commands, RunHeader.of(run), outbox)
            if finish_of(commands) is not None:
                outbox.add_finish(replace(run, reply=None))
            return
        found = await load_running([run.run_id], store=self._store, programs=self._programs)
        for error in found.failed.values():
            raise error
        for running in found.running:
            wanted = running.state.pending_commands()
            pending = [command for command in commands if command in wanted]
            self._dispatcher.carry_out(pending, RunHeader.of(run), outbox)


def reply_accepted(start: Start, outbox: Outbox, *, run_id: UUID, version: str, created: bool) -> None:
    """Tell the sender that the run exists, if there is somewhere to tell it."""
    delivery = start.delivery
    if delivery.reply_to:
        accepted = messages.RunAccepted(
            run_id=run_id, workflow=start.request.workflow, version=version, created=created
        )
        body = wire.dump(accepted)
        outbox.add_message(reply_message(body, reply_to=delivery.reply_to, correlation_id=delivery.correlation_id))


def _taken(start: Start, workflow: str) -> RunIdTaken:
    return RunIdTaken(
        f"the run id {start.run.run_id} is that of a run of workflow {workflow!r}, so no run of workflow "
        f"{start.request.workflow!r} can have it; send an id of its own, or leave run_id away"
    )


def _is_child_of(run: StoredRun, parent: messages.ParentRun) -> bool:
    if run.parent is None:
        return False
    known = wire.load_stored(messages.ParentRun, run.parent)
    return (known.run_id, known.invocation) == (parent.run_id, parent.invocation)


def _renamed(start: Start, run_id: UUID) -> NewRun:
    return replace(start.run, run_id=run_id, first=replace(start.run.first, run_id=run_id))
