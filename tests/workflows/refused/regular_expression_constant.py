"""A compiled regular expression."""

EXPECT = ("unsupported-object", 36, 'PAIR is a regular expression')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRegularExpressionConstant(Workflow):
    async def run(self, x):
        key, _, value = x.partition("=")
        return [key, value] if value.isdigit() else None
'''

import re

from warren import Workflow, action, workflow

PAIR = re.compile(r"(\w+)=(\d+)")


@action
async def work(x=None):
    return x


@workflow
class RefusedRegularExpressionConstant(Workflow):
    async def run(self, x):
        found = PAIR.match(x)
        return list(found.groups()) if found else None
