"""`model_dump` and `repr` of models with computed fields, aliases, excluded fields and sets."""

from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, computed_field
from pydantic.alias_generators import to_camel

from warren import Workflow, action, workflow


class Item(BaseModel):
    name: str
    quantity: int = 1
    secret: str = Field(default="s", exclude=True)
    price: float = Field(default=1.0, serialization_alias="unitPrice")

    @computed_field
    @property
    def label(self) -> str:
        return f"{self.quantity}x{self.name}"


class Special(Item):
    bonus: int = 0

    @computed_field(alias="grandTotal")
    @property
    def total(self) -> float:
        return self.quantity * self.price + self.bonus

    @computed_field(repr=False)
    @property
    def label(self) -> str:
        return f"special {self.name}"


class Order(BaseModel):
    items: list[Item] = []
    tags: set[str] = Field(default_factory=set)
    anything: Any = None


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    first_name: str


class Choice(BaseModel):
    user: str = Field(validation_alias=AliasChoices("user", "userName"))


class Validated(BaseModel):
    a: int = Field(validation_alias="A")


@action
async def load(n: int) -> Order:
    items = [Item(name="a", quantity=n), Special(name="b")]
    return Order(items=items, tags={"t"}, anything={"k": {1}})


@workflow
class ModelDumps(Workflow):
    async def run(self, n: int) -> list:
        order = await load(n)
        order.items[0].quantity += 1
        special = Special(name="z", quantity=2, bonus=n)
        dumped = order.model_dump()
        dumped["tags"].clear()
        texts = [repr(order), str(special), order.model_dump_json(), special.model_dump_json(by_alias=True)]
        dumps = [dumped, order.model_dump(mode="json"), special.model_dump(include={"label", "name"})]
        camel = Camel(firstName="f")
        aliases = [camel.model_dump(by_alias=True), Camel(first_name="g").model_dump(), Choice(userName="q").user]
        validated = Validated(A=3)
        copied = special.model_copy(update={"quantity": 9})
        return [texts, dumps, aliases, validated.a, validated.model_dump(by_alias=True), copied.total, order]


CASES = [{"n": 1}]
