"""Generic models, as they are and in subclasses: in signatures, as fields, dumped and compared; with parameters that
the workflow does not mention, too."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from warren import Workflow, action, workflow

T = TypeVar("T")


class Item(BaseModel):
    x: int = 1


class Page(BaseModel, Generic[T]):
    items: list[T] = []
    next: int | None = None

    def label(self) -> str:
        return f"{type(self).__name__} of {self.size}"

    @property
    def size(self) -> int:
        return len(self.items)


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


@action
async def load_anything(text: str) -> object:
    return Page[str](items=[text], next=0)


@workflow
class GenericModels(Workflow):
    async def run(self, n: int) -> list:
        first, second = await load(n), await load_more(n)
        first.items.append(Item(x=5))
        numbers = IntPage(items=["7"])
        kinds = [isinstance(first, Page), isinstance(second, Page), type(numbers).__name__, repr(first)]
        made = ItemPage(items=[{"x": 3}]).items[0].x
        other = await load_anything("a")
        others = [other.label(), other.size, isinstance(other, Page), repr(other), other.model_dump(), other == first]
        other.items.append("b")
        return [first, second, await size(first), numbers.items, kinds, first.model_dump(), made, others, other]


CASES = [{"n": 1}]
