"""A method that uses what cannot be compiled: an attribute that its class makes up."""

EXPECT = ("uncompilable-call", 44, 'Settings.both cannot be compiled')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Settings:
    values: dict

    def both(self):
        return [self.values.get("first"), self.values.get("second")]


@workflow
class RewrittenMethodOfMethod(Workflow):
    async def run(self, settings: Settings):
        return settings.both()
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Settings:
    values: dict

    def __getattr__(self, name):
        return self.values.get(name)

    def both(self):
        return [self.first, self.second]


@workflow
class RefusedMethodOfMethod(Workflow):
    async def run(self, settings: Settings):
        return settings.both()
