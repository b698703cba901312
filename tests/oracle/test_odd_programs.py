"""Small programs about identity, odd exceptions and groups: the same natively and in the engine, with snapshots in
between; and what no program may read without the run being ended for it."""

from __future__ import annotations

import pathlib

import pytest
from tests.fuzz.running import Runner

HEAD = """
import asyncio, re, uuid
from warren import action
from dataclasses import dataclass
from datetime import date, datetime
from pydantic import BaseModel
from typing import Generic, TypeVar


class Several(ExceptionGroup):
    @property
    def first(self):
        return self.exceptions[0]


@dataclass
class Odd:
    text: str

    def __eq__(self, other):
        return bool(re.match(self.text, other.text))

    def __hash__(self):
        return len(re.findall("a", self.text))

    def __str__(self):
        return re.sub("a", "b", self.text)


class Told(Exception):
    def __str__(self):
        return "told " + super().__str__()


@action
async def tell(x: int) -> None:
    raise Told(x)


class Frozen(BaseModel, frozen=True):
    a: int


class Outer(BaseModel):
    inner: Frozen
    either: "Frozen | int" = 0


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    item: T


@action
async def page(x: object) -> object:
    return [Page[int](item=1), Page[int | None](item=None), Page[list[Frozen]](item=[Frozen(a=x)])]


class Model(BaseModel):
    a: int = 1


@dataclass
class Shy:
    x: int = 1

    def __eq__(self, other):
        return self.x == other.x if isinstance(other, Shy) else NotImplemented
"""
PROGRAMS = [
    """
    out = []
    for data in ({"a": "x"}, {}, 3):
        try:
            out.append(Outer(inner=data))
        except ValueError as error:
            out.append([type(error).__name__, str(error)])
    return [*out, Outer(inner={"a": 1}, either={"a": "2"})]
    """,
    """
    pages = await page(3)
    return [pages, str(pages), [str(one) for one in pages], [type(one).__name__ for one in pages]]
    """,
    """
    shy, model = Shy(), Model()
    found = [shy == model, model == shy, shy != model, model != 1, [shy] == [model], model in [shy, 1]]
    return [found, model == Model(), shy == Shy(), shy == Shy(2), [1, shy].count(model)]
    """,
    """
    nan = float('nan')
    items = [nan, 1.0, float('nan')]
    for i in range(4):
        await act(i)
    return [nan in items, items == [nan, 1.0, items[2]], items[0] is nan, items[2] is nan, {nan: 1}.get(nan)]
    """,
    """
    async def first(items):
        return next(iter(items))
    out = []
    for awaitable in (first([]), asyncio.create_task(first([])), asyncio.gather(first([]), act(1))):
        try:
            out.append(await awaitable)
        except RuntimeError as e:
            out.append([str(e), repr(e.__cause__)])
    return out
    """,
    "return next(iter([]))",
    """
    try:
        raise Several('s', [ValueError(1)]) from KeyError(2)
    except ExceptionGroup as g:
        g.add_note('noted')
        g.code = 7
        for i in range(4):
            await act(i)
        out = [repr(g), g.first is g.exceptions[0], isinstance(g, Several), repr(g.__cause__), g.code, str(g)]
        await act([*out, len(g.args)])
        raise
    """,
    """
    group = ExceptionGroup('a', [ValueError(1), ExceptionGroup('b', [TypeError(2), ValueError(3)])])
    split, limit = group.split, 2
    for i in range(4):
        await act(i)
    mine, rest = split(lambda e: isinstance(e, ValueError) and e.args[0] > limit)
    out = [repr(mine), repr(rest), repr(group.subgroup((TypeError, KeyError))), repr(group.derive([KeyError(1)]))]
    try:
        group.split(5)
    except TypeError as e:
        out.append(str(e))
    try:
        raise group.with_traceback(None)
    except ExceptionGroup as e:
        return [*out, e is group]
    """,
    """
    def grow(items):
        for item in items:
            items.add(item + 10)
    try:
        grow({1, 2})
    except RuntimeError as e:
        return str(e)
    """,
    """
    week = date(2024, 12, 30).isocalendar()
    for i in range(3):
        await act(i)
    return [week.year, week.week, week.weekday, week[1], repr(week), week == (2025, 1, 1), week > (2024, 1), [*week]]
    """,
    "return [date.fromisocalendar(2024, 1, 1), datetime.fromisocalendar(2024, 5, 2), datetime.fromordinal(700000)]",
    """
    try:
        await tell(1)
    except Told as e:
        told = e
    await act(1)
    return [str(told), repr(told)]
    """,
    """
    error = KeyError(1)
    error.handler = lambda x: x + 1
    await act(1)
    return error.handler(await act(1))
    """,
    "return [{Frozen(a=1): 2}[await act(Frozen(a=1))], Frozen(a=1) in {Frozen(a=1)}]",
    "return [uuid.uuid5(uuid.NAMESPACE_URL, await act('x')), uuid.uuid3(uuid.NAMESPACE_DNS, 'x')]",
    """
    out = []
    for wrong in (lambda: act.x, lambda: (lambda: 1).key, lambda: {1}.x, lambda: {}.keys().x, lambda: ValueError().mro):
        try:
            out.append(wrong())
        except AttributeError as e:
            out.append(str(e))
    return out
    """,
]
ENDED = {
    "return Odd('a') == Odd('b')": "Odd.__eq__ was not compiled",
    "return str(Odd('a'))": "Odd.__str__ was not compiled",
    "return str(Told(1))": "Told.__str__ was not compiled",
    "return hash_of": "Odd.__hash__ was not compiled",
    "return (await page(1))[0].model_dump()": "Page[int].model_dump: only the fields of a class that the workflow",
    "return hasattr((await page(1))[0], 'other')": "Page[int].other: only the fields of a class that the workflow",
    "return hasattr(Model(), 'dict')": "Model.dict is pydantic's own code",
    "return getattr(asyncio.create_task(act(1)), 'get_name', None)": "_asyncio.Task.get_name is not supported",
}


@pytest.mark.parametrize("program", range(len(PROGRAMS)))
def test_an_odd_program(tmp_path: pathlib.Path, program: int) -> None:
    verdict = Runner(tmp_path, orders=4).check_text(f"odd_{program}", PROGRAMS[program], HEAD)
    assert verdict.outcome == "same", verdict.detail


@pytest.mark.parametrize("program", ENDED)
def test_a_program_that_needs_what_was_not_compiled_is_ended(tmp_path: pathlib.Path, program: str) -> None:
    body = program.replace("return hash_of", "return await odd()")
    action = "\n\n@action\nasync def odd() -> dict[Odd, int]:\n    return {Odd('a'): 1}\n"
    verdict = Runner(tmp_path).check_text(f"ended_{abs(hash(program))}", body, HEAD + action)
    assert verdict.outcome == "limited"
    assert ENDED[program] in verdict.detail


def test_an_exception_keeps_its_class_where_its_text_is_not_compiled(tmp_path: pathlib.Path) -> None:
    verdict = Runner(tmp_path).check_text("uncaught", "raise Told(1)", HEAD)
    assert verdict.outcome == "different"  # in its text alone, which whoever has the class can make
    engine = verdict.detail.split("engine")[1]
    assert "Told" in engine
    assert "LimitExceeded" not in engine
