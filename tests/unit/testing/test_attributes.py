"""Attributes, memos and searches in a user's own tests, in this process."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from warren import Workflow, action, upsert_attributes, workflow
from warren.errors import InvalidInput
from warren.testing import InProcessClient, WorkflowEnvironment


@action
async def price(order: str) -> int:
    return len(order)


@workflow
class Ordered(Workflow):
    name = "testing-ordered"

    async def run(self, order: str) -> int:
        upsert_attributes(order=order, priced=False)
        amount = await price(order)
        upsert_attributes(amount=amount, priced=True, draft=None)
        return amount


async def test_a_handle_shows_attributes_and_memo() -> None:
    due = datetime(2026, 11, 28, tzinfo=UTC)
    handle = await Ordered().start("A-1", _attributes={"due": due, "draft": "x", "no": None}, _memo={"note": [1]})
    assert await handle.result(5) == 3
    described = await handle.describe()
    assert described.attributes == {"due": due, "order": "A-1", "priced": True, "amount": 3}
    assert described.memo == {"note": [1]}


async def test_a_client_finds_its_runs() -> None:
    client = InProcessClient(WorkflowEnvironment)
    handles = [await client.start_run(Ordered, {"order": order}, key=order) for order in ("A-1", "B", "C-33")]
    for handle in handles:
        await handle.result(5)
    assert {run.run_id for run in await client.list_runs()} == {handle.id for handle in handles}
    assert [run.key for run in await client.list_runs(where='amount > 2 and order != "A-1"')] == ["C-33"]
    assert [run.key for run in await client.list_runs(where='key = "B" and status = "completed"')] == ["B"]
    assert len(await client.list_runs(where='workflow = "testing-ordered"', limit=2)) == 2
    with pytest.raises(InvalidInput, match="column 8"):
        await client.list_runs(where="amount ? 2")


async def test_what_cannot_be_an_attribute_starts_nothing() -> None:
    client = InProcessClient(WorkflowEnvironment)
    with pytest.raises(InvalidInput, match="attributes: an attribute cannot be called 'status'"):
        await client.start_run(Ordered, {"order": "A"}, attributes={"status": "new"})
    with pytest.raises(InvalidInput, match=r"memo\.when: a memo is JSON"):
        await client.start_run(Ordered, {"order": "A"}, memo={"when": datetime.now(UTC)})
    assert await client.list_runs() == []
