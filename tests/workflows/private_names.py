"""A leading underscore marks what is the user's own business: on `self`, in the class, in dataclasses and enums."""

import enum
from dataclasses import dataclass, field

from warren import Workflow, action, workflow


class Settings:
    _RATE = 3


class Level(enum.Enum):
    LOW = 1

    def _rank(self) -> int:
        return self.value * 10

    def next(self) -> int:
        return self._rank() + 1


class Refused(Exception):
    _code = 7

    def _text(self) -> str:
        return f"code {self._code}"

    def describe(self) -> str:
        return self._text()


@dataclass
class Counter:
    _STEP = 2
    _n: int = 0
    seen: list[str] = field(default_factory=list)

    def bump(self) -> "Counter":
        self._n += self._STEP
        self._note("bump")
        return self

    def _note(self, text: str) -> None:
        self.seen.append(text)

    @property
    def _double(self) -> int:
        return self._n * 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counter) and self._n == other._n

    def double(self) -> int:
        return self._double


@action
async def send(counter: Counter) -> int:
    return counter.double()


@workflow
class PrivateNames(Workflow):
    _FACTOR = 4
    __limit = 3

    def __init__(self) -> None:
        self._items: list[int] = []
        self.__state = {"a": 1}

    async def run(self, n: int) -> list:
        counter = Counter(_n=n).bump()
        self._items += [1, 2]
        self.__state["b"] = await send(counter)
        del self._items[0]
        self._later = n
        try:
            raise Refused("x")
        except Refused as error:
            text = error.describe()
        match counter:
            case Counter(_n=matched):
                pass
        assert counter.bump() == Counter(n + 4)
        numbers = [matched, counter._n, self._later, self._compute(n), self._size, self.__private(2), Settings._RATE]
        return [repr(counter), counter.double(), self._items, self.__state, Level.LOW.next(), text, numbers]

    def _compute(self, n: int) -> int:
        return n * self._FACTOR

    @property
    def _size(self) -> int:
        return len(self._items)

    def __private(self, x: int) -> int:
        return x * self.__limit


CASES = [{"n": 1}]
