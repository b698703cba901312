"""Policies that only the run finds out to be wrong: the same errors as at home."""

from datetime import timedelta

from warren import RetryPolicy, Workflow, action, workflow


@action
async def work(x: int = 1) -> int:
    return x


@workflow
class WrongPolicies(Workflow):
    async def run(self, kind: str, value: int | str) -> object:
        try:
            match kind:
                case "retry":
                    return await self.run_action(work(), retry=value)
                case "timeout":
                    return await self.run_action(work(), timeout=value)
                case "attempts":
                    return RetryPolicy(attempts=value).attempts
                case "types":
                    return RetryPolicy(attempts=2, exception_types=value).attempts
                case "backoff":
                    return RetryPolicy(backoff_seconds=value).attempts
            policy = RetryPolicy(attempts=2, exception_types=[ValueError, kind], backoff_seconds=value)
            result = await self.run_action(work(value), retry=policy, timeout=timedelta(minutes=value) / 2)
        except (TypeError, ValueError) as error:
            return repr(error)
        return [result, policy.attempts, policy.exception_types, policy == RetryPolicy(2, ["ValueError", kind], value)]


CASES = [
    {"kind": kind, "value": value}
    for kind, value in [
        *(("retry", 3), ("timeout", "5"), ("timeout", -1), ("timeout", 0), ("attempts", 0), ("attempts", "2")),
        *(("types", "ValueError"), ("backoff", -1), ("backoff", "1"), ("KeyError", 1)),
    ]
]
