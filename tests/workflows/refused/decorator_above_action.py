"""A decorator above `@action` is workflow code, and has to be what a workflow can do."""

import functools
import time

from warren import Workflow, action, workflow

EXPECT = ("decorator", 29, "charge cannot be compiled")


def timed(function):
    @functools.wraps(function)
    async def wrapper(*args):
        start = time.perf_counter()
        return await function(*args), time.perf_counter() - start

    return wrapper


@timed
@action
async def charge(amount):
    return amount


@workflow
class ChargingAbove(Workflow):
    async def run(self, amount):
        return await charge(amount)


REWRITE = '''
import functools
import time

from warren import Workflow, action, workflow


def timed(function):
    @functools.wraps(function)
    async def wrapper(*args):
        start = time.perf_counter()
        return await function(*args), time.perf_counter() - start

    return wrapper


@action
@timed
async def charge(amount):
    return amount


@workflow
class ChargingAbove(Workflow):
    async def run(self, amount):
        return await charge(amount)
'''
