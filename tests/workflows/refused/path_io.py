"""Files."""

EXPECT = ("side-effect", 40, 'Path')

REWRITE = '''
from pathlib import Path

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def read(path: str) -> str:
    return Path(path).read_text()


@workflow
class RewrittenPathIo(Workflow):
    async def run(self, x):
        return await read(x)
'''

from pathlib import Path

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedPathIo(Workflow):
    async def run(self, x):
        return Path(x).read_text()
