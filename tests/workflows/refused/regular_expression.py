"""A function of `re`."""

EXPECT = ("unsupported-object", 34, 're.match is a regular expression')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRegularExpression(Workflow):
    async def run(self, x):
        key, _, value = x.partition("=")
        return [key, value] if value.isdigit() else None
'''

import re

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRegularExpression(Workflow):
    async def run(self, x):
        found = re.match(r"(\w+)=(\d+)", x)
        return list(found.groups()) if found else None
