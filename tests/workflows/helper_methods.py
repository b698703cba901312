"""Methods of the workflow: sync, async, static, class, properties, recursive."""

from warren import Workflow, action, workflow


@action
async def fetch(x: int) -> int:
    return x * 10


@workflow
class HelperMethods(Workflow):
    factor = 3

    async def run(self, n: int) -> list:
        return [
            await self.collect(n),
            self.scaled(n),
            self.scaled(n, by=2),
            self.add(1, 2),
            HelperMethods.add(3, 4),
            self.named(n),
            self.label,
            self.factorial(n),
            await self.countdown(n),
            sorted(range(n), key=self._rank),
        ]

    async def collect(self, n: int) -> list[int]:
        return [await fetch(i) for i in range(n)]

    def scaled(self, x: int, *, by: int | None = None) -> int:
        return x * (by if by is not None else self.factor)

    @staticmethod
    def add(a: int, b: int) -> int:
        return a + b

    @classmethod
    def named(cls, n: int) -> str:
        return f"{cls.__name__}:{cls.add(n, cls.factor)}"

    @property
    def label(self) -> str:
        return f"factor {self.factor}"

    def factorial(self, n: int) -> int:
        return 1 if n < 2 else n * self.factorial(n - 1)

    async def countdown(self, n: int) -> list[int]:
        if n == 0:
            return [await fetch(0)]
        return [n, *await self.countdown(n - 1)]

    def _rank(self, x: int) -> int:
        return -x % self.factor


CASES = [{"n": 3}, {"n": 0}, {"n": 6}]
