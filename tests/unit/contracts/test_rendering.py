"""What is put together as bytes is what its model would be: every renderer against the model that parses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warren.contracts import messages, rendering, wire
from warren.contracts.limits import MAX_PAYLOAD_BYTES, encode_error
from warren.contracts.messages import RunStatus
from warren.errors import MessageError, ValueTooLarge

RUN = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = texts.filter(bool)
numbers = st.integers(1, 2**31)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
seconds = st.floats(0, 1e6)
traces = st.none() | st.just(TRACE)
dates = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]))


def action(**changes: Any) -> messages.RunAction:
    """An attempt that is reported on."""
    return messages.RunAction(run_id=RUN, workflow="order", shard=3, invocation=1, action="m:f").model_copy(
        update=changes
    )


@given(
    workflow=names,
    shard=st.integers(0, 1000),
    trace=traces,
    invocation=numbers,
    attempt=numbers,
    name=names,
    args=st.lists(values, max_size=3),
    kwargs=st.dictionaries(texts, values, max_size=3),
    timeout=st.none() | seconds,
    seed=st.none() | texts,
    details=st.none() | values.map(lambda value: messages.Details(number=3, value=value)),
)
def test_an_action(
    workflow: str,
    shard: int,
    trace: str | None,
    invocation: int,
    attempt: int,
    name: str,
    args: list[Any],
    kwargs: dict[str, Any],
    timeout: float | None,
    seed: str | None,
    details: messages.Details | None,
) -> None:
    head = rendering.run_action_head(run_id=RUN, workflow=workflow, shard=shard, traceparent=trace)
    item = rendering.run_action(head, invocation, attempt, name, args, kwargs, timeout, seed, details)
    expected = messages.RunAction(
        run_id=RUN,
        workflow=workflow,
        shard=shard,
        invocation=invocation,
        attempt=attempt,
        action=name,
        args=args,
        kwargs=kwargs,
        timeout_seconds=timeout,
        trace=trace,
        seed=seed,
        details=details,
    )
    given_args = [json.dumps(arg).encode() for arg in args]
    given_kwargs = {key: json.dumps(value).encode() for key, value in kwargs.items()}
    before = rendering.action_before(head, invocation, attempt, name)
    whole = rendering.given_action(before, given_args, given_kwargs, rendering.action_after(timeout, seed, details))
    (again,) = wire.load_actions(rendering.action_batch([whole]))
    assert again == expected
    batch = wire.load(messages.ActionBatch, rendering.action_batch([item, item]))
    assert batch == messages.ActionBatch(items=(expected, expected))


@given(values, numbers, numbers, seconds, st.lists(texts, max_size=2))
def test_a_result(result: Any, invocation: int, attempt: int, duration: float, seeds: list[str]) -> None:
    event = rendering.action_succeeded(action(invocation=invocation, attempt=attempt), result, duration)
    batch = wire.load(messages.EventBatch, rendering.event_batch([event], seeds))
    (found,) = batch.items
    assert isinstance(found, messages.ActionSucceeded)
    assert found.duration_ms == pytest.approx(duration, abs=0.001)
    assert found.model_copy(update={"duration_ms": duration}) == messages.ActionSucceeded(
        run_id=RUN, invocation=invocation, attempt=attempt, result=result, duration_ms=duration
    )
    assert batch.seeds == tuple(seeds)


def test_a_result_that_is_too_large_is_not_rendered() -> None:
    with pytest.raises(ValueTooLarge, match=r"the result of the action 'm:f' has 12\.0 MiB"):
        rendering.action_succeeded(action(), "x" * MAX_PAYLOAD_BYTES, 1.0)


@given(numbers, numbers, seconds, st.none() | values)
def test_a_deferral(invocation: int, attempt: int, duration: float, value: Any) -> None:
    details = None if value is None else messages.Details(number=invocation, value=value)
    event = rendering.action_deferred(action(invocation=invocation, attempt=attempt), duration, details)
    (found,) = wire.load(messages.EventBatch, rendering.event_batch([event])).items
    assert isinstance(found, messages.ActionDeferred)
    assert found.duration_ms == pytest.approx(duration, abs=0.001)
    assert (found.run_id, found.invocation, found.attempt, found.details) == (RUN, invocation, attempt, details)


@given(texts, numbers, numbers, st.none() | values.map(lambda value: messages.Details(number=2, value=value)))
def test_a_failure(text: str, invocation: int, attempt: int, details: messages.Details | None) -> None:
    error = ValueError(text)
    event = rendering.action_failed(action(invocation=invocation, attempt=attempt), error, 2.5, details)
    batch = wire.load(messages.EventBatch, rendering.event_batch([event]))
    expected = messages.ActionFailed(
        run_id=RUN,
        invocation=invocation,
        attempt=attempt,
        error=encode_error(error, with_traceback=True),
        duration_ms=2.5,
        details=details,
    )
    assert batch == messages.EventBatch(items=(expected,))


@given(
    workflow=names,
    key=st.none() | texts,
    status=st.sampled_from(RunStatus),
    result=st.none() | values.map(json.dumps),
    error=st.none() | values.map(json.dumps),
    started_at=dates,
    finished_at=dates,
)
def test_the_end_of_a_run(
    workflow: str,
    key: str | None,
    status: RunStatus,
    result: str | None,
    error: str | None,
    started_at: datetime,
    finished_at: datetime,
) -> None:
    body = rendering.run_finished(
        run_id=RUN,
        workflow=workflow,
        version="v1",
        key=key,
        status=status,
        result=result,
        error=error,
        started_at=started_at,
        finished_at=finished_at,
    )
    assert wire.load_reply(body) == messages.RunFinished(
        run_id=RUN,
        workflow=workflow,
        version="v1",
        key=key,
        status=status,
        result=None if result is None else json.loads(result),
        error=None if error is None else json.loads(error),
        started_at=started_at,
        finished_at=finished_at,
    )


@given(names, st.integers(0, 1000), traces, st.dictionaries(texts, values, max_size=3), dates)
def test_a_seed(workflow: str, shard: int, trace: str | None, arguments: dict[str, Any], at: datetime) -> None:
    text = rendering.run_seed(
        run_id=RUN,
        workflow=workflow,
        version="v1",
        shard=shard,
        trace=trace,
        input_json=json.dumps(arguments),
        at=at,
    )
    assert wire.load(messages.RunSeed, text.encode()) == messages.RunSeed(
        run_id=RUN, workflow=workflow, version="v1", shard=shard, trace=trace, input=arguments, at=at
    )


def test_workflows_to_register() -> None:
    sources = tuple(messages.WorkflowSource(workflow=name, ir={"k": name}) for name in ("one", 'tw"o'))
    body = rendering.register_workflows(map(wire.dump, sources))
    assert wire.load(messages.RegisterWorkflows, body) == messages.RegisterWorkflows(workflows=sources)


def test_a_body_says_our_version_and_is_checked_as_any_other() -> None:
    for body in (rendering.action_batch([]), rendering.event_batch([]), rendering.register_workflows([])):
        made = json.loads(body)
        assert (made["v"], made["minor"]) == (messages.VERSION, messages.MINOR_VERSION)
    with pytest.raises(MessageError):
        wire.load(messages.ActionBatch, rendering.action_batch([b"{}"]))
