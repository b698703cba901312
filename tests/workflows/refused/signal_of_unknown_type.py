"""The payload of a signal has a type that cannot be found."""

EXPECT = ("signature", 39, "the type of pay cannot be resolved: 'Payment'")

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, signal, workflow


@dataclass
class Payment:
    amount: int


@workflow
class RewrittenSignalOfUnknownType(Workflow):
    def __init__(self):
        self.paid = 0

    @signal
    def pay(self, payment: "Payment"):
        self.paid += payment.amount

    async def run(self):
        await self.wait_until(lambda: self.paid)
        return self.paid
'''

from warren import Workflow, signal, workflow


@workflow
class RefusedSignalOfUnknownType(Workflow):
    def __init__(self):
        self.paid = 0

    @signal
    def pay(self, payment: "Payment"):  # noqa: F821 - that is what is refused
        self.paid += payment.amount

    async def run(self):
        await self.wait_until(lambda: self.paid)
        return self.paid
