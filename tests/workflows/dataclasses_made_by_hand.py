"""Dataclasses whose making, hash, slots or string are the user's own."""

from dataclasses import dataclass

from warren import Workflow, action, workflow


@dataclass
class Measured:
    length: int

    def __init__(self, text: str) -> None:
        self.length = len(text)


@dataclass(unsafe_hash=True)
class Hashed:
    a: int


@dataclass(slots=True)
class Slotted:
    a: int


@dataclass
class Base:
    a: int
    b: int = 2


@dataclass
class Checked(Base):
    c: int = 3

    def __post_init__(self) -> None:
        if self.a < 0:
            raise ValueError("negative")


@dataclass
class Spelled:
    a: int

    def __str__(self) -> str:
        return f"S{self.a}"

    def __format__(self, spec: str) -> str:
        return f"F{spec}{self.a}"


class Steps:
    FACTOR = 3

    @staticmethod
    def double(x: int) -> int:
        return x * 2

    @classmethod
    def more(cls, x: int) -> int:
        return cls.double(x) + x * cls.FACTOR


@action
async def echo(value: Measured) -> Measured:
    return value


@workflow
class DataclassesMadeByHand(Workflow):
    async def run(self, n: int) -> list:
        measured = await echo(Measured("x" * n))
        slotted = Slotted(n)
        slotted.a = 5
        out = [measured, {Hashed(1): 2}[Hashed(1)], slotted, Checked(1, c=9)]
        try:
            slotted.other = 1  # type: ignore[attr-defined]  # on purpose
        except AttributeError as error:
            out.append(str(error))
        try:
            Checked(-1)
        except ValueError as error:
            out.append(str(error))
        table = {"double": Steps.double, "more": Steps.more}
        out.append([f"{Spelled(1)!s} {Spelled(2)} {Spelled(3):>5}", {key: step(n) for key, step in table.items()}])
        return [*out, type(self).__name__, self.__class__.__name__]


CASES = [{"n": 3}]
