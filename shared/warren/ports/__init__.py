"""Ports: what the engine's surroundings must offer. Adapters implement them; nothing here does anything."""

from warren.ports.broker import Broker, Delivery, OutgoingMessage, QueueStats, Subscription
from warren.ports.store import (
    CreateOutcome,
    DueRun,
    LoadedRun,
    NewRun,
    ProgramRecord,
    QuarantinedMessage,
    QuietRun,
    ReplyAddress,
    RunFilter,
    RunFinish,
    RunStore,
    RunUpdate,
    SnapshotRow,
    StoredRun,
    TransitionRow,
)

__all__ = [
    "Broker",
    "CreateOutcome",
    "Delivery",
    "DueRun",
    "LoadedRun",
    "NewRun",
    "OutgoingMessage",
    "ProgramRecord",
    "QuarantinedMessage",
    "QueueStats",
    "QuietRun",
    "ReplyAddress",
    "RunFilter",
    "RunFinish",
    "RunStore",
    "RunUpdate",
    "SnapshotRow",
    "StoredRun",
    "Subscription",
    "TransitionRow",
]
