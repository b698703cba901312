"""A function of a module that Python keeps frozen."""

EXPECT = ("side-effect", 23, 'os.getenv reaches the operating system')

REWRITE = '''
from warren import Workflow, workflow


@workflow
class RewrittenOsGetenv(Workflow):
    async def run(self, home: str):
        return home
'''

import os

from warren import Workflow, workflow


@workflow
class RefusedOsGetenv(Workflow):
    async def run(self):
        return os.getenv("HOME")
