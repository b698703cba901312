"""The names of everything in the broker: exchanges, queues, routing keys, headers. A name exists here or not at all."""

from __future__ import annotations

from typing import Final

COMMANDS_EXCHANGE: Final = "warren.commands"
ACTIONS_EXCHANGE: Final = "warren.actions"
EVENTS_EXCHANGE: Final = "warren.events"
CONTROL_EXCHANGE: Final = "warren.control"
LIFECYCLE_EXCHANGE: Final = "warren.lifecycle"
DEFAULT_EXCHANGE: Final = ""
"""AMQP's own: routes to the queue named by the routing key. Replies use it."""

START_QUEUE: Final = "warren.start"
REGISTER_QUEUE: Final = "warren.register"
DEAD_QUEUE: Final = "warren.dead"
MARKER_QUEUE: Final = "warren.marker"

START_KEY: Final = "start"
REGISTER_KEY: Final = "register"
PROBE_KEY: Final = "probe"
"""Bound to nothing: a message with it shows that the broker takes messages, and is gone."""

DEFAULT_ACTION_QUEUE: Final = "default"

HEADER_TRACEPARENT: Final = "traceparent"
HEADER_TRACESTATE: Final = "tracestate"
HEADER_REASON: Final = "x-warren-reason"
HEADER_DETAIL: Final = "x-warren-detail"
HEADER_EXCHANGE: Final = "x-warren-exchange"
HEADER_ROUTING_KEY: Final = "x-warren-routing-key"
HEADER_QUEUE: Final = "x-warren-queue"


def action_queue(queue: str) -> str:
    """Broker queue of an action queue: `default` is `warren.actions.default`."""
    return f"{ACTIONS_EXCHANGE}.{queue}"


def suspect_queue(queue: str) -> str:
    """Broker queue of those actions of an action queue that may have been the end of workers."""
    return f"warren.suspects.{queue}"


def event_queue(shard: int) -> str:
    """Broker queue of an event shard."""
    return f"{EVENTS_EXCHANGE}.{shard}"


def event_key(shard: int) -> str:
    """Routing key of an event shard on `warren.events`."""
    return str(shard)


def lifecycle_key(status: str, workflow: str) -> str:
    """Routing key on `warren.lifecycle`, for example `run.completed.order`; dots in a workflow name stay."""
    return f"run.{status}.{workflow}"
