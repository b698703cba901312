"""Generic classes, unions, discriminators and decorated actions: what of a module is about types more than values."""

from __future__ import annotations

import random

Lines = list[str]

IMPORTS = """import functools
from typing import Annotated, Generic, Literal, TypeVar
"""
_CLASSES = """
T = TypeVar("T")


class Box(BaseModel, Generic[T]):
    value: T
    more: list[T] = []
    other: {union} = None

    def label(self):
        return f"{{type(self).__name__}} {{self.value}}"


class IntBox(Box[{inner}]):
    extra: int = 1


@dataclass
class Cell(Generic[T]):
    value: T
    more: list[T] = field(default_factory=list)

    def label(self):
        return f"{{type(self).__name__}} {{self.value}}"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: list[str] = []


class Owner(BaseModel):
    pet: {pet}
    either: {scalars} = 0
    any_of: Cat | Dog | None = None


def logged(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return [function.__name__, await function(*args)]

    return wrapper


def twice(times):
    def decorate(function):
        @functools.wraps(function)
        async def wrapper(tag, value):
            found = [await function(tag, value) for _ in range(times)]
            return found[-1]

        return wrapper

    return decorate


@action
{decorators}
async def boxed(tag: str, value: object) -> object:
    await asyncio.sleep(0)
    return travelled(Box[{inner}](value={number}, other=2))


@action
{more}
async def held(tag: str, value: object) -> object:
    await asyncio.sleep(0)
    return travelled([Box[{given}](value=value), Cell(value, [value]), Owner(pet={animal}, either="3")])
"""
_UNIONS = [
    "int | str | None",
    "str | int | None",
    "float | int | None",
    "list[int] | int | None",
    "Literal['a', 2] | None",
]
_SCALARS = ["int | str", "str | int", "float | int | str", "bool | int | str", "int | list[int] | str"]
_VALUES = ["1", "-2", "'a'", "'3'", "None", "1.5", "True", "[1]", "a", "items", "Cat(lives=2)", "Dog(tricks=['sit'])"]
_MAKES = [
    "Box(value={v})",
    "Box(value={v}, more=[{w}], other={w})",
    "IntBox(value={v})",
    "IntBox(value={v}, extra={w})",
    "Cell({v})",
    "Cell({v}, [{w}])",
    "Owner(pet={p})",
    "Owner(pet={p}, either={v})",
    "Owner(pet={p}, any_of={w})",
    "await boxed('main', {v})",
    "await held('main', {v})",
]
_PETS = [
    "Cat()",
    "Dog(tricks=['sit'])",
    "{'kind': 'dog'}",
    "{'kind': 'cat', 'lives': '7'}",
    "{'kind': 'cow'}",
    "Cat(lives=a)",
]
_PROBES = [
    "t0",
    "t0 == t1",
    "[t0] == [t1]",
    "isinstance(t0, {c})",
    "t0.label()",
    "t0.value",
    "t0.more",
    "getattr(t0, 'other', 'none')",
    "t0.pet.kind",
    "t0.either",
    "type(t0).__name__",
    "type(t0.any_of).__name__",
    "repr(t0)",
    "str(t0)",
    "t0.model_dump()",
    "t0.model_copy(update={{'value': {v}}})",
    "sorted(t0.model_fields_set)",
    "await carry('main', t0)",
    "await carry('main', {{'a': [t0, t1]}})",
    "[type(one).__name__ for one in [t0, t1]]",
    "{{'k': t0}}",
]


def typed_classes(choose: random.Random) -> Lines:
    """The classes and actions of a module."""
    decorators = choose.choice([["@logged"], [], ["@twice(2)"], ["@logged", "@twice(2)"]])
    more = choose.choice([["@logged"], [], ["@twice(2)"]])
    inner, number = choose.choice([("int", "3"), ("str", "'s'"), ("int | str", "'3'"), ("list[int]", "[1]")])
    pets = ["Annotated[Cat | Dog, Field(discriminator='kind')]", "Cat | Dog", "Dog | Cat"]
    text = _CLASSES.format(
        union=choose.choice(_UNIONS),
        inner=inner,
        number=number,
        pet=choose.choice(pets),
        scalars=choose.choice(_SCALARS),
        given=choose.choice(["object", "int | str | list[int] | None | bool | float | Cat | Dog"]),
        animal=choose.choice(["Cat(lives=1)", "Dog()"]),
        decorators="\n".join(decorators) or "# bare",
        more="\n".join(more) or "# bare",
    )
    return text.split("\n")


def typed_statement(choose: random.Random) -> Lines:
    """Makes values, or looks at those that were made, `t0` and `t1`."""
    if choose.random() < 0.5:
        make = choose.choice(_MAKES)
        made = make.format(v=choose.choice(_VALUES), w=choose.choice(_VALUES), p=choose.choice(_PETS))
        return ["t1 = t0", f"t0 = {made}"]
    kind = choose.choice(["Box", "IntBox", "Cell", "Owner", "Cat"])
    return [f"log.append({choose.choice(_PROBES).format(c=kind, v=choose.choice(_VALUES))})"]
