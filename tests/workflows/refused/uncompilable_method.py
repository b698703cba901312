"""A method of a dataclass that does what only an action may."""

EXPECT = ("uncompilable-call", 45, 'Record.save cannot be compiled')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, action, workflow


@dataclass
class Record:
    path: str


@action
async def save(record):
    with open(record.path, "w") as file:
        file.write("saved")


@workflow
class RewrittenUncompilableMethod(Workflow):
    async def run(self, record: Record):
        await save(record)
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Record:
    path: str

    def save(self):
        with open(self.path, "w") as file:
            file.write("saved")


@workflow
class RefusedUncompilableMethod(Workflow):
    async def run(self, record: Record):
        record.save()
