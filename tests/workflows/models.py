"""pydantic models: construction with defaults and factories, nested, spread, copies, dumps, equality."""

from pydantic import BaseModel, Field

from warren import Workflow, action, workflow


class Line(BaseModel):
    sku: str
    quantity: int = 1


class Order(BaseModel):
    id: str
    lines: list[Line] = Field(default_factory=list)
    note: str | None = None
    labels: dict[str, str] = {}
    kind: str = Field("retail", alias="type")


@action
async def load(id: str) -> Order:
    return Order(id=id, lines=[Line(sku="x")])


@workflow
class Models(Workflow):
    async def run(self, id: str) -> list:
        order = await load(id)
        built = Order(id=id, lines=[Line(sku="a", quantity=2), Line(**{"sku": "b"})], type="bulk")
        empty = Order(id="e")
        other = Order(id="e")
        empty.lines.append(Line(sku="late"))
        empty.labels["k"] = "v"
        order.note = "changed"
        copied = built.model_copy(update={"note": "copy"})
        return [
            order,
            built,
            empty,
            other,
            copied.note,
            copied.lines is built.lines,
            built.model_dump(),
            built.model_dump(exclude={"lines"}),
            built == Order(id=id, lines=built.lines, type="bulk"),
            Line(sku="a") in [Line(sku="a", quantity=1)],
            sum(line.quantity for line in built.lines),
            isinstance(order, Order),
            isinstance(order, BaseModel),
            str(built.lines[0]),
            repr(built.lines[0]),
            built.kind,
        ]


CASES = [{"id": "o1"}, {"id": ""}]
