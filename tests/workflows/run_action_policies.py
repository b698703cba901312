"""`run_action` with retry policies and timeouts: literals, constants, attributes and expressions."""

from datetime import timedelta

from warren import RetryPolicy, Workflow, action, workflow

POLICY = RetryPolicy(attempts=2, backoff_seconds=0.0)


@action
async def work(x: int) -> int:
    if x < 0:
        raise ValueError("negative")
    return x


@workflow
class RunActionPolicies(Workflow):
    limit = 5.5

    def __init__(self) -> None:
        self.policy = RetryPolicy(attempts=1)

    async def run(self, x: int) -> list:
        a = await self.run_action(work(x))
        b = await self.run_action(work(x=1), timeout=10)
        c = await self.run_action(work(2), timeout=timedelta(milliseconds=2500), retry=POLICY)
        d = await self.run_action(work(3), retry=self.policy, timeout=self.limit)
        e = await self.run_action(
            work(4), retry=RetryPolicy(attempts=x + 1, exception_types=[ValueError]), timeout=x + 1
        )
        return [a, b, c, d, e]


CASES = [{"x": 1}, {"x": -1}]
