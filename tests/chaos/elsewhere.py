"""A workflow whose actions are completed by another party, which gets their tokens from `hooks.handed`.

One of its actions fails on its worker first and goes on where its heartbeats say.
"""

from __future__ import annotations

from tests.chaos.ledger import hooks

from warren import CompleteLater, RetryPolicy, Workflow, action, action_context, workflow

TIMEOUT_SECONDS = 30.0
POLICY = RetryPolicy(attempts=50, exception_types=["Exception", "ActionTimeout"], backoff_seconds=0.1)


def answer_of(number: int) -> int:
    """What the other party has to say."""
    return number * 7 + 1


@action
async def hand_over(number: int) -> int:
    """Another party has the token, and completes it."""
    await hooks.executed(0.0)
    context = action_context()
    hooks.handed(context.task_token, number)
    raise CompleteLater


@action
async def count_to(last: int, seconds: float) -> int:
    """Goes on from the details of the attempt before; fails half way once."""
    context = action_context()
    begun: int = context.details or 0
    await hooks.executed(seconds)
    for number in range(begun + 1, last + 1):
        context.heartbeat(number)
        if begun < last // 2 <= number:
            raise OSError("half way")
    return last


@workflow
class Elsewhere(Workflow):
    """Has numbers answered by another party, one after the other, and counts between them."""

    name = "chaos.elsewhere"

    async def run(self, count: int, seconds: float) -> list[int]:
        answers: list[int] = []
        for number in range(count):
            answers.append(await self.run_action(hand_over(number), retry=POLICY, timeout=TIMEOUT_SECONDS))
            answers.append(await self.run_action(count_to(number + 2, seconds), retry=POLICY))
        return answers


def expected(count: int) -> list[int]:
    """What must come of it."""
    return [each for number in range(count) for each in (answer_of(number), number + 2)]
