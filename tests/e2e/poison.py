"""Messages that nobody can use, for every queue, and which reason each must be parked with."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from warren.contracts import names
from warren.contracts.topology import action_queue
from warren.ports import OutgoingMessage

UNREADABLE: list[bytes] = [
    b"",
    b"{not json",
    b"\xff\xfe\x00",
    b"null",
    b"[]",
    b'"text"',
    b'{"v":1}',
    b'{"items":[],"workflow":"x","workflows":[],"unknown":1}',
    b"[" * 100_000,
    b'{"items":[' + b'{"a":' * 100_000,
    b'"' + b"x" * 12_000_000 + b'"',
    b'{"items":[{"run_id":"not-a-uuid","type":"action_succeeded","invocation":1,"attempt":1}]}',
]
"""Bodies that are no message of any queue."""
NEWER = b'{"v":2,"items":[],"workflow":"x","workflows":[]}'
"""A body that only a later Warren can read."""


def for_queue(queue: str, body: bytes | dict[str, Any]) -> OutgoingMessage:
    """A message straight into a queue."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return OutgoingMessage(names.DEFAULT_EXCHANGE, queue, data)


def all_poison(*, shard: int, stranger: UUID) -> list[tuple[OutgoingMessage, str]]:
    """Every kind for every queue that somebody consumes, with the reason it must be parked with.

    Events that only a later Warren can read are not among them (`newer_events`). Events of the run `stranger`, which
    does not exist, are parked as well: those here, and what workers report of it.
    """
    queues = [
        names.START_QUEUE,
        names.REGISTER_QUEUE,
        action_queue("default").name,
        names.suspect_queue("default"),
        *(names.event_queue(each) for each in range(4)),
    ]
    poison = [(for_queue(queue, body), "bad_message") for queue in queues for body in UNREADABLE]
    commands = [queue for queue in queues if not queue.startswith(names.EVENTS_EXCHANGE)]
    poison += [(for_queue(queue, NEWER), "unsupported_version") for queue in commands]
    action = {
        "run_id": str(stranger),
        "workflow": "w",
        "shard": shard,
        "invocation": 1,
        "action": "no:such",
        "args": [],
    }
    own = "tests.e2e.workload:inc"
    poison += [
        (for_queue(names.START_QUEUE, {"workflow": "no-such-workflow"}), "unknown_workflow"),
        (for_queue(names.START_QUEUE, {"workflow": "e2e.steps", "input": {}}), "invalid_input"),
        (for_queue(names.START_QUEUE, {"workflow": "e2e.steps", "input": {"n": "text"}}), "invalid_input"),
        (for_queue(names.START_QUEUE, {"workflow": "e2e.steps", "input": {"n": {"$": "nonsense"}}}), "invalid_input"),
        (
            for_queue(names.START_QUEUE, {"workflow": "e2e.steps", "version": "none", "input": {"n": 1}}),
            "unknown_workflow",
        ),
        (for_queue(names.REGISTER_QUEUE, {"workflows": [{"workflow": "x", "ir": {}}]}), "bad_message"),
        (
            for_queue(names.REGISTER_QUEUE, {"workflows": [{"workflow": "x", "ir": {"type": "WorkflowIR"}}]}),
            "bad_message",
        ),
        (for_queue(names.event_queue(shard), {"items": [succeeded(stranger, 1)]}), "unknown_run"),
        (for_queue(action_queue("default").name, {"items": [action]}), "unknown_run"),
        (
            for_queue(action_queue("default").name, {"items": [action | {"invocation": 2, "action": own}]}),
            "unknown_run",
        ),
        (
            for_queue(
                action_queue("default").name,
                {"items": [action | {"invocation": 3, "action": own, "args": [{"$": "nonsense"}]}]},
            ),
            "unknown_run",
        ),
    ]
    return poison


def newer_events() -> list[OutgoingMessage]:
    """Events that only a later Warren can read, for every shard: open runs may wait for them, so they are kept."""
    return [for_queue(names.event_queue(shard), NEWER) for shard in range(4)]


def succeeded(run_id: UUID, invocation: int, result: Any = None) -> dict[str, Any]:
    """The report of an attempt that was never made."""
    return {
        "run_id": str(run_id),
        "type": "action_succeeded",
        "invocation": invocation,
        "attempt": 1,
        "result": result,
    }
