"""The JSON of the messages that are sent most, put together as bytes instead of serialised from a model.

Parts that are JSON already are spliced in as they are, and what all actions of a run share is rendered once. Every
renderer's test parses what it makes with the model of `contracts.messages`. Must not know who sends what, nor where to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic_core import to_json

from warren.contracts import messages
from warren.contracts.limits import MAX_PAYLOAD_BYTES, encode_error, largest_part, too_large
from warren.contracts.messages import Details, Json, RunAction, RunStatus
from warren.contracts.shared_values import Place

HEAD: Final = b'{"v":%d,"minor":%d,' % (messages.VERSION, messages.MINOR_VERSION)
"""How the body of a message begins."""
_TEXT_HEAD: Final = HEAD.decode()


def action_batch(items: Iterable[bytes]) -> bytes:
    """`ActionBatch` of rendered actions."""
    return HEAD + b'"items":[' + b",".join(items) + b"]}"


def shared_action_batch(values: Iterable[bytes], items: Iterable[bytes]) -> bytes:
    """`SharedActionBatch` of rendered actions and of the values that they have in common."""
    return HEAD + b'"shared":[' + b",".join(values) + b'],"actions":[' + b",".join(items) + b"]}"


def event_batch(items: Iterable[bytes], seeds: Sequence[str] = ()) -> bytes:
    """`EventBatch` of rendered events."""
    if not seeds:
        return HEAD + b'"items":[' + b",".join(items) + b"]}"
    return HEAD + b'"items":[' + b",".join(items) + b'],"seeds":' + to_json(seeds) + b"}"


def register_workflows(items: Iterable[bytes]) -> bytes:
    """`RegisterWorkflows` of rendered sources."""
    return HEAD + b'"workflows":[' + b",".join(items) + b"]}"


def run_action_head(*, run_id: UUID, workflow: str, shard: int, traceparent: str | None) -> bytes:
    """What every `RunAction` of a run begins with, for `run_action`."""
    return b'{"run_id":"%s","workflow":%s,"shard":%d,%s"invocation":' % (
        str(run_id).encode(),
        to_json(workflow),
        shard,
        b"" if traceparent is None else b'"trace":"%s",' % traceparent.encode(),
    )


def run_action(
    head: bytes,
    invocation: int,
    attempt: int,
    action: str,
    args: Sequence[Json],
    kwargs: dict[str, Json],
    timeout_seconds: float | None,
    seed: str | None,
    details: Details | None = None,
) -> bytes:
    """`RunAction` of the run whose `head` this is."""
    return head + b'%d,"attempt":%d,"action":%s,"args":%s,"kwargs":%s%s%s%s}' % (
        invocation,
        attempt,
        to_json(action),
        to_json(args) if args else b"[]",
        to_json(kwargs) if kwargs else b"{}",
        b"" if timeout_seconds is None else b',"timeout_seconds":' + to_json(timeout_seconds),
        b"" if seed is None else b',"seed":' + to_json(seed),
        b"" if details is None else _details(details),
    )


def action_before(head: bytes, invocation: int, attempt: int, action: str) -> bytes:
    """What stands before the arguments of a `RunAction`, for `given_action`."""
    return head + b'%d,"attempt":%d,"action":%s' % (invocation, attempt, to_json(action))


def action_after(timeout_seconds: float | None, seed: str | None, details: Details | None) -> bytes:
    """What stands after them."""
    timeout = b"" if timeout_seconds is None else b',"timeout_seconds":' + to_json(timeout_seconds)
    return timeout + (b"" if seed is None else b',"seed":' + to_json(seed)) + _details(details)


def given_action(
    before: bytes, args: Sequence[bytes], kwargs: Mapping[str, bytes], after: bytes, shared: Sequence[Place] = ()
) -> bytes:
    """`RunAction` of arguments that are rendered already; `SharingAction` where some of them are `shared`."""
    named = b",".join(to_json(name) + b":" + text for name, text in kwargs.items())
    places = b',"shared":' + to_json(shared) if shared else b""
    return before + b',"args":[' + b",".join(args) + b'],"kwargs":{' + named + b"}" + after + places + b"}"


def action_succeeded(action: RunAction, result: Json, duration_ms: float) -> bytes:
    """`ActionSucceeded`; raises `ValueTooLarge` when the result is too large for a message."""
    text = to_json(result)
    if len(text) > MAX_PAYLOAD_BYTES:
        raise too_large(f"the result of the action {action.action!r}", len(text), largest_part(result, len(text)))
    return b'{"run_id":"%s","type":"action_succeeded","invocation":%d,"attempt":%d,"result":%s,"duration_ms":%.3f}' % (
        str(action.run_id).encode(),
        action.invocation,
        action.attempt,
        text,
        duration_ms,
    )


def action_failed(
    action: RunAction, error: BaseException, duration_ms: float = 0.0, details: Details | None = None
) -> bytes:
    """`ActionFailed`, with the traceback of what the action did; too large an error is replaced."""
    text = to_json(encode_error(error, with_traceback=True))
    return b'{"run_id":"%s","type":"action_failed","invocation":%d,"attempt":%d,"error":%s,"duration_ms":%.3f%s}' % (
        str(action.run_id).encode(),
        action.invocation,
        action.attempt,
        text,
        duration_ms,
        _details(details),
    )


def action_deferred(action: RunAction, duration_ms: float, details: Details | None = None) -> bytes:
    """`ActionDeferred`."""
    return b'{"run_id":"%s","type":"action_deferred","invocation":%d,"attempt":%d,"duration_ms":%.3f%s}' % (
        str(action.run_id).encode(),
        action.invocation,
        action.attempt,
        duration_ms,
        _details(details),
    )


def _details(details: Details | None) -> bytes:
    """What stands behind other fields where there are any."""
    return b"" if details is None else b',"details":' + to_json(details)


def run_finished(
    *,
    run_id: UUID,
    workflow: str,
    version: str,
    key: str | None,
    status: RunStatus,
    result: str | None,
    error: str | None,
    started_at: datetime,
    finished_at: datetime,
) -> bytes:
    """`RunFinished`; `result` and `error` are JSON as it was stored."""
    return (
        f'{_TEXT_HEAD}"type":"run_finished","run_id":"{run_id}","workflow":{json.dumps(workflow)},'
        f'"version":"{version}","key":{json.dumps(key)},"status":"{status.value}",'
        f'"result":{result or "null"},"error":{error or "null"},'
        f'"started_at":"{started_at.isoformat()}","finished_at":"{finished_at.isoformat()}"}}'
    ).encode()


def run_seed(
    *,
    run_id: UUID,
    workflow: str,
    version: str,
    shard: int,
    trace: str | None,
    input_json: str,
    at: datetime,
    depth: int = 0,
) -> str:
    """`RunSeed`; `input_json` is as it is stored."""
    traced = "" if trace is None else f'"trace":"{trace}",'
    traced += f'"depth":{depth},' if depth else ""
    return (
        f'{{"run_id":"{run_id}","workflow":{json.dumps(workflow)},"version":"{version}","shard":{shard},{traced}'
        f'"input":{input_json},"at":"{at.isoformat()}"}}'
    )
