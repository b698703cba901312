"""A log line through `logging`."""

EXPECT = ("side-effect", 35, 'logging.info logs')

REWRITE = '''
import logging

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenLoggingModule(Workflow):
    async def run(self, x):
        await work(x)
'''

import logging

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedLoggingModule(Workflow):
    async def run(self, x):
        logging.info("started")
