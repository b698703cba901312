"""Generic models, as they are and in subclasses: in signatures, as fields, dumped and compared."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from warren import Workflow, action, workflow

T = TypeVar("T")


class Item(BaseModel):
    x: int = 1


class Page(BaseModel, Generic[T]):
    items: list[T] = []
    next: int | None = None


class ItemPage(Page[Item]):
    extra: str = "e"


IntPage = Page[int]


@action
async def load(n: int) -> Page[Item]:
    return Page[Item](items=[Item(x=n)], next=n + 1)


@action
async def load_more(n: int) -> ItemPage:
    return ItemPage(items=[Item(x=n)])


@action
async def size(page: Page[Item]) -> int:
    return len(page.items)


@workflow
class GenericModels(Workflow):
    async def run(self, n: int) -> list:
        first, second = await load(n), await load_more(n)
        first.items.append(Item(x=5))
        numbers = IntPage(items=["7"])
        kinds = [isinstance(first, Page), isinstance(second, Page), type(numbers).__name__, repr(first)]
        made = ItemPage(items=[{"x": 3}]).items[0].x
        return [first, second, await size(first), numbers.items, kinds, first.model_dump(), made]


CASES = [{"n": 1}]
