"""A format string that reads an attribute."""

EXPECT = ("reflection", 35, 'reaches for an attribute ({0.name})')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Customer:
    name: str


@workflow
class RewrittenFormatAttribute(Workflow):
    async def run(self, customer: Customer):
        return f"{customer.name}"
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Customer:
    name: str


@workflow
class RefusedFormatAttribute(Workflow):
    async def run(self, customer: Customer):
        return "Dear {0.name}".format(customer)
