"""A subscription that bills each month for ever: signals, a query, and a fresh history from time to time.

    warren run examples.subscription:Subscription --input '{"account": {"customer": "Ann"}, "month_seconds": 0.1, "months": 12}'

Without `months` it goes on until somebody signals `close`. Started with a key it has that for all of its life:

    warren start subscription --input '{"account": {"customer": "Ann"}}' --key Ann
    warren signal Ann change_plan '"family"' --workflow subscription
    warren query Ann status --workflow subscription
"""  # noqa: E501 - a command to paste

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from warren import Workflow, action, continue_as_new, history_length, query, signal, workflow

PRICES = {"basic": Decimal("4.00"), "family": Decimal("9.50")}
MONTH_SECONDS = 30 * 24 * 3600.0


class Account(BaseModel):
    """All that the subscription must know of its past: what goes on when its history begins anew."""

    customer: str
    plan: str = "basic"
    months: int = 0
    paid: Decimal = Decimal(0)
    is_paused: bool = False
    is_closed: bool = False


@action
async def charge(customer: str, plan: str, month: int) -> Decimal:
    """Have the bank collect one month; returns the amount."""
    return PRICES[plan]


@workflow
class Subscription(Workflow):
    """Charges, waits for a month, and begins again."""

    name = "subscription"

    def __init__(self) -> None:
        self.account = Account(customer="")

    @signal
    def change_plan(self, plan: str) -> None:
        self.account.plan = plan

    @signal
    def pause(self) -> None:
        self.account.is_paused = True

    @signal
    def resume(self) -> None:
        self.account.is_paused = False

    @signal
    def close(self) -> None:
        self.account.is_closed = True

    @query
    def status(self) -> Account:
        return self.account

    async def run(
        self,
        account: Account,
        *,
        month_seconds: float = MONTH_SECONDS,
        months: int | None = None,
        fresh_after: int = 20,
    ) -> Account:
        self.account = account
        while not account.is_closed and (months is None or account.months < months):
            if account.is_paused:
                await self.wait_until(lambda: account.is_closed or not account.is_paused)
                continue
            account.paid += await charge(account.customer, account.plan, account.months + 1)
            account.months += 1
            try:  # noqa: SIM105 - `contextlib` is not for workflows
                await self.wait_until(lambda: account.is_closed, timeout=month_seconds)
            except TimeoutError:
                pass
            if history_length() > fresh_after and not account.is_closed:
                continue_as_new(account, month_seconds=month_seconds, months=months, fresh_after=fresh_after)
        return account
