"""A random id."""

EXPECT = ("nondeterministic", 40, 'uuid.uuid4 makes a new id')

REWRITE = '''
import uuid

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def new_id() -> uuid.UUID:
    return uuid.uuid4()


@workflow
class RewrittenUuid4Call(Workflow):
    async def run(self, x):
        return await new_id()
'''

import uuid

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedUuid4Call(Workflow):
    async def run(self, x):
        return uuid.uuid4()
