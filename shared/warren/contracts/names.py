"""The names of everything that processes share: exchanges, queues, routing keys, headers, and settings in the store.

A name exists here or not at all.
"""

from __future__ import annotations

import re
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
REQUESTS_QUEUE: Final = "warren.requests"
"""What is asked of single runs. One consumer at a time, so that the broker's order is the order of arrival."""
DEAD_QUEUE: Final = "warren.dead"
MARKER_QUEUE: Final = "warren.marker"
BLOCKED_QUEUE: Final = "warren.blocked"
"""Where workers whose event loop is blocked say so; nobody consumes it, coordinators look and empty it."""

START_KEY: Final = "start"
REGISTER_KEY: Final = "register"
SIGNAL_KEY: Final = "signal"
QUERY_KEY: Final = "query"
UPDATE_KEY: Final = "update"
CANCEL_KEY: Final = "cancel"
TERMINATE_KEY: Final = "terminate"
PAUSE_KEY: Final = "pause"
RESUME_KEY: Final = "resume"
STATE_QUERY: Final = "warren:state"
"""A query that every run answers: where it stands. No method of a workflow can have this name."""
FOLLOW_QUERY: Final = "warren:follow"
"""Likewise: where its history ends, now and whenever that changes."""
COMPLETE_ACTION_KEY: Final = "complete_action"
PROBE_KEY: Final = "probe"
"""Bound to nothing: a message with it shows that the broker takes messages, and is gone."""

DEFAULT_ACTION_QUEUE: Final = "default"
CHECK_INPUT_ACTION: Final = "warren:check_input"
CONSTRUCT_ACTION: Final = "warren:construct"
"""The action that constructs a class on a worker: arguments are the class's ref and those of the call."""

MARKER_SETTING: Final = "marker"
"""Which marker must lie in the broker, and how far the recovery from the loss of its data has come."""
COORDINATORS_SETTING: Final = "coordinators"
"""Which coordinators are at work, and until when each has said so."""
STALLED_RUNS_SETTING: Final = "stalled"
"""Which coordinator looks for stalled runs, and until when."""
SHORT_ACTIONS_SETTING: Final = "short_actions"
"""Which actions are short, as far as that is known."""

HEADER_TRACEPARENT: Final = "traceparent"
HEADER_TRACESTATE: Final = "tracestate"
HEADER_REASON: Final = "x-warren-reason"
HEADER_DETAIL: Final = "x-warren-detail"
HEADER_EXCHANGE: Final = "x-warren-exchange"
HEADER_ROUTING_KEY: Final = "x-warren-routing-key"
HEADER_QUEUE: Final = "x-warren-queue"
HEADER_WAITING_SINCE: Final = "x-warren-waiting-since"
"""Since when a request waits for its run to be there: seconds since 1970, as text."""
HEADER_TRIES: Final = "x-warren-tries"
"""How often a message came back from the quarantine."""
HEADER_DELIVERIES: Final = "x-warren-deliveries"
"""How often an action was delivered before, as far as workers counted it, where its queue does not."""


WORKFLOW_NAME_BYTES: Final = 200
"""Of a workflow's name in UTF-8: it is part of a routing key, which has at most 255."""
_ACTION_QUEUE: Final = re.compile(r"[A-Za-z0-9_.:@#,/+ -]{1,200}")
ACTION_QUEUE_RULE: Final = "write 1 to 200 of A-Z, a-z, 0-9, spaces and _.:@#,/+-"


def is_workflow_name(text: str) -> bool:
    """Whether a workflow may have this name."""
    return 0 < len(text.encode(errors="replace")) <= WORKFLOW_NAME_BYTES


def is_action_queue(text: str) -> bool:
    """Whether AMQP takes the name of this action queue's broker queue."""
    return _ACTION_QUEUE.fullmatch(text) is not None


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
