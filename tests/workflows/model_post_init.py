"""`model_post_init` runs once, where the model is made, and not again on each way between processes."""

from pydantic import BaseModel, Field, PrivateAttr

from warren import Workflow, action, workflow


class Begun(BaseModel):
    a: int
    tags: list = []
    _twice: int = PrivateAttr(default=0)

    def model_post_init(self, context: object) -> None:
        self.a += 1
        self.tags.append("begun")
        self._twice = self.a * 2


class Swapped(BaseModel):
    """Each alias is the name of another field."""

    a: int = Field(alias="b")
    b: int = Field(alias="a")


@action
async def touch(begun: Begun) -> Begun:
    return begun


@action
async def look(begun: Begun, swapped: Swapped) -> list:
    return [begun.a, begun.tags, begun._twice > 0, swapped.a, swapped.b]


@workflow
class ModelPostInit(Workflow):
    async def run(self, x: int) -> list:
        begun = await touch(Begun(a=x))
        again = await touch(begun)
        return [again == begun, again, await look(again, Swapped(a=1, b=2))]


CASES = [{"x": 1}]
