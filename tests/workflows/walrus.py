"""Assignment expressions, also in comprehensions, where they bind outside."""

from warren import Workflow, action, workflow


@action
async def number(x: int) -> int:
    return x * 3


@workflow
class WalrusExpressions(Workflow):
    async def run(self, items: list[int]) -> list:
        last = None
        kept = [last := item * 2 for item in items if (half := item // 2) > 0]
        if (n := len(kept)) > 1 and (m := await number(n)):
            kept.append(m)
        total = sum((big := value) for value in kept) if kept else (big := -1)
        return [kept, last, n, total, big, (y := 5, y**2)]


CASES = [{"items": [1, 2, 3]}, {"items": []}, {"items": [4]}]
