"""Actions that another system completes, and one that fails half way, for tests on real servers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warren import CompleteLater, RetryPolicy, Workflow, action, action_context, workflow


@dataclass
class Receipt:
    amount: int
    by: str


@action
def hand_over(file: str) -> Receipt:
    """Writes its token and the details that it was given to a file."""
    context = action_context()
    with Path(file).open("a") as tokens:
        tokens.write(f"{context.task_token} {context.details}\n")
    raise CompleteLater


@action
async def read_on(last: int) -> list[int]:
    """Fails half way, once, and tells where the second attempt began."""
    context = action_context()
    begun: int = context.details or 0
    for page in range(begun + 1, last + 1):
        context.heartbeat(page)
        if begun == 0 and page == last // 2:
            raise OSError("half way")
    return [begun, last]


@workflow
class Handed(Workflow):
    """Waits for another system."""

    name = "e2e.handed"

    async def run(self, file: str, timeout: float | None = None) -> list[object]:
        policy = RetryPolicy(attempts=2, exception_types=["Exception", "ActionTimeout"])
        receipt = await self.run_action(hand_over(file), retry=policy, timeout=timeout)
        if isinstance(receipt, Receipt):
            return [receipt.amount, receipt.by]
        return [receipt]


@workflow
class ReadOn(Workflow):
    """Goes on where it was."""

    name = "e2e.read_on"

    async def run(self, last: int) -> list[int]:
        return await self.run_action(read_on(last), retry=RetryPolicy(attempts=2))
