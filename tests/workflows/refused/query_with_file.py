"""A query does what a workflow cannot do."""

EXPECT = ("context-manager", 32, "`with` is not supported in a workflow")

REWRITE = '''
from warren import Workflow, query, workflow


@workflow
class RewrittenQueryWithFile(Workflow):
    def __init__(self):
        self.lines = []

    @query
    def text(self):
        return " ".join(self.lines)

    async def run(self):
        return self.lines
'''

from warren import Workflow, query, workflow


@workflow
class RefusedQueryWithFile(Workflow):
    def __init__(self):
        self.lines = []

    @query
    def text(self):
        with open("lines") as file:
            return file.read()

    async def run(self):
        return self.lines
