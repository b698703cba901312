"""Cancelling, terminating, pausing and resuming with the client: by id, by key, and what is wrong with a request."""

from __future__ import annotations

import pytest
from tests.support.eventually import eventually
from tests.unit.client.workflows import Wait

from warren import InvalidInput, RunEnded, RunTerminated, WorkflowCancelledError, WorkflowFailedError
from warren.client import Warren
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus


async def test_by_id_and_by_key(client: Warren) -> None:
    handle = await client.start(Wait, 3600, key="k")
    await client.pause("k", workflow=Wait, reason="look at it")
    assert (await handle.describe()).paused_at is not None
    await client.resume(handle.id)
    await client.resume("k", workflow="client-wait")
    assert (await handle.describe()).paused_at is None
    await client.terminate("k", workflow=Wait, reason="enough", id="t")
    with pytest.raises(WorkflowFailedError, match="the run was terminated: enough") as caught:
        await handle.result(5)
    assert isinstance(caught.value.__cause__, RunTerminated)
    await client.terminate(handle.id, id="t")
    with pytest.raises(RunEnded, match="does not take this"):
        await client.resume(handle.id)


async def test_the_reason_of_a_cancellation_is_told(client: Warren) -> None:
    handle = await client.start(Wait, 3600, key="k")
    await handle.pause()
    await client.cancel("k", workflow=Wait, reason="no budget")
    with pytest.raises(WorkflowCancelledError, match="was cancelled: no budget"):
        await handle.result(5)
    await handle.cancel("once more")
    assert await handle.status() is RunStatus.CANCELLED


async def test_what_is_wrong_is_said(client: Warren) -> None:
    handle = await client.start(Wait, 3600)
    await eventually(lambda: client.runs())
    with pytest.raises(InvalidInput, match=r"pause .*: reason: .* at most 10000 characters"):
        await client.pause(handle.id, reason="x" * 10_001)
    with pytest.raises(InvalidInput, match="'k' is not a run id; a key is looked up together with its workflow"):
        await client.terminate("k")
    with pytest.raises(TimeoutError, match=r"the request to resume the run .* was not answered within 0.1 s"):
        await client.resume(new_run_id(), timeout=0.1)
