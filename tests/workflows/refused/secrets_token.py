"""A secret."""

EXPECT = ("nondeterministic", 35, 'secrets.token_hex is random')

REWRITE = '''
import secrets

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenSecretsToken(Workflow):
    async def run(self, x):
        return await work()
'''

import secrets

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedSecretsToken(Workflow):
    async def run(self, x):
        return secrets.token_hex()
