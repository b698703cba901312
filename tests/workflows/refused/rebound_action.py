"""A name that is bound again below the class would be looked up by Python during the run, and not by a program."""

from warren import Workflow, action, workflow

EXPECT = ("rebound", 16, "charge is bound again at line 19")


@action
async def charge(amount):
    return amount


@workflow
class ChargingRebound(Workflow):
    async def run(self, amount):
        return await charge(amount)


charge = lambda amount: amount  # noqa: E731 - the point of the test

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def charge(amount):
    return amount


@workflow
class ChargingRebound(Workflow):
    async def run(self, amount):
        return await charge(amount)
'''
