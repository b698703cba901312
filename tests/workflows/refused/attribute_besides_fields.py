"""An attribute of a dataclass that its making sets and that is no field."""

EXPECT = ("uncompilable-call", 42, 'Record.double is set when it is made, but is no field')

REWRITE = '''
from dataclasses import dataclass, field

from warren import Workflow, workflow


@dataclass
class Record:
    x: int
    double: int = field(init=False)

    def __post_init__(self):
        self.double = self.x * 2


@workflow
class RewrittenAttributeBesidesFields(Workflow):
    async def run(self, x: int):
        return Record(x).double
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Record:
    x: int

    def __post_init__(self):
        self.double = self.x * 2


@workflow
class RefusedAttributeBesidesFields(Workflow):
    async def run(self, x: int):
        return Record(x).double
