"""A log line through a module's logger."""

EXPECT = ("side-effect", 46, 'log.info logs')

REWRITE = '''
import logging

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


log = logging.getLogger(__name__)


@action
async def report(x) -> None:
    log.info('started %s', x)


@workflow
class RewrittenLoggingCall(Workflow):
    async def run(self, x):
        await report(x)
'''

import logging

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


log = logging.getLogger(__name__)


@workflow
class RefusedLoggingCall(Workflow):
    async def run(self, x):
        log.info("started %s", x)
