"""Every message between Warren's processes, and the events of a run's history. Nothing else travels.

Commands are imperative and say what shall be done; events are past tense and say what happened. Values inside (inputs,
arguments, results, errors) are tagged JSON (`contracts.values`). Times are UTC. All messages are frozen, refuse unknown
fields and carry the schema version `v`.`minor`: `wire` overlooks what a newer minor version added (docs/adr/0004).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from warren.contracts import identity
from warren.contracts.answers import AskingRun, RequestId, RequestReply
from warren.contracts.attempt_events import (
    ActionAnswered,
    ActionDeferred,
    ActionFailed,
    ActionHeartbeat,
    ActionProgressed,
    ActionStarted,
    ActionSucceeded,
    AttemptEvent,
    Details,
    LeaseExpired,
)
from warren.contracts.carried import Carried
from warren.contracts.event_base import Event, Identity
from warren.contracts.events import (
    CancelRequested,
    ChildFinished,
    ChildStarted,
    ContinuationDue,
    EndRequested,
    EventRejected,
    PauseRequested,
    QueryAsked,
    RequestAnswered,
    ResumeRequested,
    RunEvent,
    RunStarted,
    SignalReceived,
    TerminateRequested,
    TimerDue,
    UpdateRequested,
)
from warren.contracts.parts import (
    MINOR_VERSION,
    VERSION,
    ClosePolicy,
    Message,
    Part,
    RunId,
    RunKey,
    RunStatus,
    WorkflowName,
)
from warren.contracts.requests import (
    CancelRun,
    CompleteAction,
    PauseRun,
    QueryRun,
    ResumeRun,
    RunRequest,
    SignalRun,
    TerminateRun,
    UpdateRun,
)
from warren.contracts.tags import Json

__all__ = [
    "MINOR_VERSION",
    "VERSION",
    "ActionAnswered",
    "ActionBatch",
    "ActionDeferred",
    "ActionFailed",
    "ActionHeartbeat",
    "ActionProgressed",
    "ActionStarted",
    "ActionSucceeded",
    "AskingRun",
    "AttemptEvent",
    "CancelActions",
    "CancelRequested",
    "CancelRun",
    "Carried",
    "ChildFinished",
    "ChildStarted",
    "ClosePolicy",
    "CompleteAction",
    "ContinuationDue",
    "Details",
    "EndRequested",
    "ErrorInfo",
    "Event",
    "EventBatch",
    "EventRejected",
    "Identity",
    "Json",
    "LeaseExpired",
    "Marker",
    "Message",
    "ParentRun",
    "Part",
    "PauseRequested",
    "PauseRun",
    "QueryAsked",
    "QueryRun",
    "Refused",
    "RegisterWorkflows",
    "Reply",
    "RequestAnswered",
    "RequestDone",
    "RequestId",
    "RequestReply",
    "ResumeRequested",
    "ResumeRun",
    "RunAccepted",
    "RunAction",
    "RunEvent",
    "RunFinished",
    "RunKey",
    "RunRequest",
    "RunSeed",
    "RunStarted",
    "RunStatus",
    "SharedActionBatch",
    "SharingAction",
    "SignalReceived",
    "SignalRun",
    "StartRun",
    "StartSignal",
    "StoppedActions",
    "TerminateRequested",
    "TerminateRun",
    "TimerDue",
    "UpdateRequested",
    "UpdateRun",
    "WorkflowName",
    "WorkflowSource",
    "WorkflowsRegistered",
]

# --- commands to the compiler -----------------------------------------------------------------------------------------


class ParentRun(Part):
    """The run that waits for a child run: `ChildFinished` goes to its shard, and `ChildStarted` if it `awaits_start`.

    `depth` is its own: 0 for a run that is no child. `policy` is what becomes of the child when it ends.
    """

    run_id: UUID
    shard: int
    invocation: int
    depth: int = Field(default=0, ge=0)
    awaits_start: bool = False
    policy: ClosePolicy = "cancel"


class StartSignal(Part):
    """A signal that goes with a start: to the run that it makes, or to the one that has its id or key."""

    signal: str = Field(min_length=1, max_length=200)
    payload: Json = None
    id: RequestId | None = None


class StartRun(Message):
    """Start one run of a workflow; sending it twice with the same `run_id` is harmless.

    `input` maps parameter names to values: plain JSON, or tagged JSON where a type must be kept. `key` is the caller's
    own name for the run, unique per workflow: a second start with a used key starts nothing and answers with the run
    that has it. `version` pins a program hash; without it the latest registered one runs. With AMQP's `reply_to`, the
    outcome is sent there (`reply="outcome"`), or as soon as the run exists (`reply="accepted"`), or both. With `signal`
    the run gets that in any case, whether this start made it or not. Searches find the run by its `attributes`: text,
    numbers, true or false, lists of text, and times: `{"$": "datetime", "v": "2026-11-28T10:00:00Z"}`. `memo` is JSON
    that is only shown.
    """

    workflow: WorkflowName
    input: dict[str, Json] = Field(default_factory=dict)
    run_id: RunId | None = None
    key: RunKey | None = None
    version: Annotated[str, BeforeValidator(identity.check_version)] | None = None
    reply: Literal["outcome", "accepted", "both"] = "outcome"
    signal: StartSignal | None = None
    attributes: dict[str, Json] = Field(default_factory=dict)
    memo: dict[str, Json] = Field(default_factory=dict)
    parent: ParentRun | None = None
    """Set by a coordinator for a child run."""


class WorkflowSource(Part):
    """One workflow's IR, as the SDK made it at import."""

    workflow: WorkflowName
    ir: dict[str, Json]
    version: str | None = None


class RegisterWorkflows(Message):
    """Publish programs; registering the same one again makes it the latest and changes nothing else."""

    workflows: tuple[WorkflowSource, ...]


# --- replies ----------------------------------------------------------------------------------------------------------


class ErrorInfo(Part):
    """Why something was refused: a stable `code` for programs, a `message` for people."""

    code: str
    message: str


class RunAccepted(Message):
    """The run exists (`created`), or another start had made it already."""

    type: Literal["run_accepted"] = "run_accepted"
    run_id: UUID
    workflow: str
    version: str
    created: bool


class RunFinished(Message):
    """A run came to its end. `result` is set when completed, `error` (an encoded exception) otherwise."""

    type: Literal["run_finished"] = "run_finished"
    run_id: UUID
    workflow: str
    version: str
    key: str | None = None
    status: RunStatus
    result: Json = None
    error: Json = None
    started_at: datetime
    finished_at: datetime


class WorkflowsRegistered(Message):
    """Answer to `RegisterWorkflows`: workflow name to program hash."""

    type: Literal["workflows_registered"] = "workflows_registered"
    versions: dict[str, str]


class RequestDone(Message):
    """A request has reached its run: what it changes is in the run's history. `result` is the answer to a query, and
    what an update returned; `error` (an encoded exception) is what the update raised, or why it was not finished.
    """

    type: Literal["request_done"] = "request_done"
    run_id: UUID
    id: str
    result: Json = None
    error: Json = None


class Refused(Message):
    """A command was refused, and is parked in `warren.dead`. Nothing was done, but for a registration of several
    workflows: those that are right are registered, `versions` says as what, and `refused` why the others are not.
    """

    type: Literal["refused"] = "refused"
    error: ErrorInfo
    run_id: UUID | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    refused: dict[str, ErrorInfo] = Field(default_factory=dict)


Reply = Annotated[RunAccepted | RunFinished | WorkflowsRegistered | RequestDone | Refused, Field(discriminator="type")]


# --- commands to the workers ------------------------------------------------------------------------------------------


class RunAction(Part):
    """Run one attempt of one action invocation and report to `warren.events` with the key `shard`."""

    run_id: UUID
    workflow: str
    shard: int
    invocation: int
    attempt: int = 1
    action: str
    args: list[Json] = Field(default_factory=list)
    kwargs: dict[str, Json] = Field(default_factory=dict)
    timeout_seconds: float | None = None
    details: Details | None = None
    """What the latest heartbeat of an earlier attempt said."""
    trace: str | None = None
    """W3C traceparent of the run's trace."""
    seed: str | None = None
    """Opaque. The worker that reports on the action may return it in `EventBatch.seeds`, which spares a coordinator
    time."""


class ActionBatch(Message):
    """One or many actions for one action queue."""

    items: tuple[RunAction, ...]


class SharingAction(RunAction):
    """An action of a `SharedActionBatch`. In the place of a value that it shares, `args` or `kwargs` has `null`."""

    shared: tuple[tuple[int | str, int], ...] = ()
    """The position or the name of an argument, and the number of its value in the batch."""


class SharedActionBatch(Message):
    """Actions for one action queue that have large values in common, each of which is in the message once.

    It has no `items`: who does not know it can only refuse it, and never takes the `null` for an argument.
    `wire.load_actions` reads both kinds of batches.
    """

    shared: tuple[Json, ...]
    actions: tuple[SharingAction, ...]


class StoppedActions(Part):
    """Attempts of a run's actions that it does not wait for any more: pairs of invocation and attempt."""

    run_id: UUID
    attempts: tuple[tuple[int, int], ...]


class CancelActions(Message):
    """On `warren.control`: stop working on these runs, and on these attempts of others. Nobody waits for the results.

    A hint: who does not hear it works in vain.
    """

    type: Literal["cancel"] = "cancel"
    run_ids: tuple[UUID, ...]
    attempts: tuple[StoppedActions, ...] = ()


# --- events to the coordinators, which are in `contracts.events` ------------------------------------------------------


class EventBatch(Message):
    """One or many events for one shard, of one or many runs. `seeds` are those of the actions that are reported on."""

    items: tuple[RunEvent, ...]
    seeds: tuple[str, ...] = ()


class RunSeed(Part):
    """What is in a seed: how a run began. A coordinator that does not know the run need not load it.

    It travels from compiler to coordinator by way of the first action. An outdated one does no harm: the store refuses
    whatever is decided from it, and the run is loaded.
    """

    run_id: UUID
    workflow: str
    version: str
    shard: int
    trace: str | None = None
    input: dict[str, Json]
    at: datetime
    depth: int = 0
    """How many runs there are above it: it is a child of the last of them."""


# --- the broker marker ------------------------------------------------------------------------------------------------


class Marker(Message):
    """Lies in `warren.marker`; PostgreSQL knows its value. If it is gone, the broker lost its data."""

    value: UUID
