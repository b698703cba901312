"""Ports: what the engine's surroundings must offer. Adapters implement them; nothing here does anything."""

from warren.ports.broker import Broker, Delivery, OutgoingMessage, QueueStats, Subscription
from warren.ports.store import (
    CreateOutcome,
    DueRun,
    LoadedRun,
    NewRun,
    ProgramRecord,
    QuietRun,
    ReplyAddress,
    RunFilter,
    RunFinish,
    RunPlace,
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
    "QueueStats",
    "QuietRun",
    "ReplyAddress",
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
