"""A private attribute of a value."""

EXPECT = ("underscore-name", 31, "'_secret' starts with an underscore")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenPrivateAttribute(Workflow):
    async def run(self, x):
        return x.secret
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedPrivateAttribute(Workflow):
    async def run(self, x):
        return x._secret
