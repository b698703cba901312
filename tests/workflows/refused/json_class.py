"""`json.dumps` with a class of its own."""

EXPECT = ("unknown-keyword", 25, 'json.dumps takes no cls=')

REWRITE = '''
import json

from warren import Workflow, workflow


@workflow
class RewrittenJsonClass(Workflow):
    async def run(self, x):
        return json.dumps(x, default=str)
'''

import json

from warren import Workflow, workflow


@workflow
class RefusedJsonClass(Workflow):
    async def run(self, x):
        return json.dumps(x, cls=json.JSONEncoder)
