"""What Python itself looks up in a class: `match`, hashes, reflected operators, loops and assignments."""

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from warren import Workflow, action, workflow


class Same:
    def __eq__(self, other: object) -> bool:
        return True


@dataclass(eq=False)
class Item(Same):
    n: int = 1
    kind = "item"

    def __mul__(self, other: object) -> str:
        return "left"

    def __rmul__(self, other: object) -> str:
        return "right"

    def __len__(self) -> int:
        return -1

    def __getitem__(self, index: int) -> int:
        if index > self.n:
            raise IndexError(index)
        return index

    @property
    def level(self) -> int:
        return self.n * 2

    def size(self) -> int:
        return self.n * 3


@dataclass(eq=False)
class SubItem(Item):
    kind = "sub"


@dataclass(frozen=True)
class Fixed:
    n: int = 1

    @property
    def level(self) -> int:
        return self.n


@dataclass(slots=True)
class Slotted:
    n: int = 1
    kind = "slotted"


class Model(BaseModel):
    n: int = 1
    kind: ClassVar[str] = "model"

    @property
    def level(self) -> int:
        return self.n * 2


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    n: int = 1

    def size(self) -> int:
        return self.n


class Hashed(BaseModel):
    model_config = ConfigDict(frozen=True)
    n: int = 1


class Unhashed(BaseModel):
    model_config = ConfigDict(frozen=True)

    def __hash__(self) -> int:
        return 1


class Both(Hashed, Unhashed):
    pass


class WithHash:
    def __hash__(self) -> int:
        return 7


class FirstHashed(WithHash, BaseModel):
    n: int = 1


class Compared(WithHash, BaseModel):
    n: int = 1

    def __eq__(self, other: object) -> bool:
        return True


class HashedAndCompared(FirstHashed, Compared):
    """Its hash is that of `Compared`, which is none: `FirstHashed` inherits the one of `WithHash`, which comes last."""


@dataclass(frozen=True)
class ByNumber:
    n: int = 1
    tags: list = field(default_factory=list)

    def __hash__(self) -> int:
        return self.n


@dataclass(frozen=True)
class ByFields(ByNumber):
    word: str = ""


@dataclass(frozen=True, eq=False)
class StillByFields(ByFields):
    """Has the hash that `dataclasses` made for `ByFields`, and none with a list in it."""


class Failure(Exception):
    code = 1
    unit = "s"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __str__(self) -> str:
        return f"failure {self.code}"


class Worse(Failure):
    @property
    def unit(self) -> str:
        return "m"


class Missing(KeyError):
    pass


class MissingPart(Missing, Failure):
    """Python's own `__str__` of `KeyError` comes before the one of `Failure`."""


@action
async def touch(x: object) -> object:
    return x


@action
async def unit_of(error: Worse) -> str:
    return error.unit


def look_up(one: object) -> object:
    try:
        return {one: 1}[one]
    except TypeError as error:
        return str(error)


@workflow
class MembersSeenByPython(Workflow):
    def seen(self, one: object) -> list:
        match one:
            case Item(kind=kind, level=level, size=size):
                return [kind, level, size()]
            case Model(kind="model", level=level):
                return [level]
        return []

    async def run(self, x: int) -> list:
        item, worse = Item(x), Worse()
        sized = item.size
        found = [self.seen(item), self.seen(SubItem(x)), self.seen(Model(n=x)), item * SubItem(x), sized()]
        match SubItem(x):
            case Item(size=size):
                found.append(await touch(1))
                found.append(size())
        for key in item:  # asks for each item when its turn comes
            item.n = min(item.n + 1, 4)
            found.append(await touch(key))
        found.append([dict.fromkeys(item), 2 in item, look_up(Hashed()), look_up(Both())])
        opened = Open()
        found.append(opened.size())
        opened.size = 5
        found.append([opened.size, await touch(opened)])
        found.append([look_up(one) for one in (ByNumber(), ByFields(), StillByFields())])
        found.append([look_up(FirstHashed()), look_up(Compared()), look_up(HashedAndCompared())])
        for one in (item, Failure(), Slotted()):
            found.append(look_up(one))
        for one in (Fixed(), Slotted(), Model()):
            for name in ("level", "kind"):
                try:
                    if name == "level":
                        one.level = 5
                    else:
                        one.kind = "set"
                except Exception as error:
                    found.append(str(error))
        failure = await touch(Failure())
        failure.code = 7
        missing = await touch(MissingPart("part"))
        found.append([str(missing), str(MissingPart()), missing == MissingPart("part"), missing.code])
        return [*found, failure, worse, await unit_of(worse)]


CASES = [{"x": 1}]
