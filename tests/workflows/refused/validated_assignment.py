"""Assigning a field of a model that validates assignments."""

EXPECT = ("uncompilable-call", 35, "runs pydantic's validation of assignments")

REWRITE = '''
from pydantic import BaseModel, ConfigDict

from warren import Workflow, workflow


class Order(BaseModel):
    model_config = ConfigDict(validate_assignment=True)
    lines: int


@workflow
class RewrittenValidatedAssignment(Workflow):
    async def run(self, order: Order, lines: int):
        return Order(lines=lines)
'''

from pydantic import BaseModel, ConfigDict

from warren import Workflow, workflow


class Order(BaseModel):
    model_config = ConfigDict(validate_assignment=True)
    lines: int


@workflow
class RefusedValidatedAssignment(Workflow):
    async def run(self, order: Order, lines: int):
        order.lines = lines
        return order
