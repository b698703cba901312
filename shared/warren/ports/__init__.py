"""Ports: what the engine's surroundings must offer. Adapters implement them; nothing here does anything."""

from warren.ports.broker import Broker, Delivery, OutgoingMessage, QueueStats, Subscription
from warren.ports.quarantined import QuarantinedMessage
from warren.ports.store import (
    Continuation,
    CreateOutcome,
    LoadedRun,
    NewRun,
    ProgramRecord,
    ReplyAddress,
    RunDetails,
    RunFilter,
    RunFinish,
    RunPlace,
    RunStore,
    RunUpdate,
    SnapshotRow,
    StoredRun,
    TransitionRow,
)
from warren.ports.swept import DueRun, IdleRun

__all__ = [
    "Broker",
    "Continuation",
    "CreateOutcome",
    "Delivery",
    "DueRun",
    "IdleRun",
    "LoadedRun",
    "NewRun",
    "OutgoingMessage",
    "ProgramRecord",
    "QuarantinedMessage",
    "QueueStats",
    "ReplyAddress",
    "RunDetails",
    "RunFilter",
    "RunFinish",
    "RunPlace",
    "RunStore",
    "RunUpdate",
    "SnapshotRow",
    "StoredRun",
    "Subscription",
    "TransitionRow",
]
