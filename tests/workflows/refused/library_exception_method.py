"""A method of an exception whose class is a library's."""

EXPECT = ("uncompilable-call", 39, "ValidationError.errors is a library's own code")

REWRITE = '''
from pydantic import BaseModel, ValidationError

from warren import Workflow, workflow


class Order(BaseModel):
    lines: int


@workflow
class RewrittenLibraryExceptionMethod(Workflow):
    async def run(self, lines):
        try:
            return Order(lines=lines)
        except ValidationError as error:
            return str(error)
'''

from pydantic import BaseModel, ValidationError

from warren import Workflow, workflow


class Order(BaseModel):
    lines: int


@workflow
class RefusedLibraryExceptionMethod(Workflow):
    async def run(self, lines):
        try:
            return Order(lines=lines)
        except ValidationError as error:
            return error.errors()
