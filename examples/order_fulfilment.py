"""An order from reservation to shipment: branches, retries, exceptions with compensation, and a durable pause.

    warren run examples.order_fulfilment:OrderFulfilment --input '{"order": {
        "id": "A-1", "lines": [{"sku": "tea", "quantity": 2, "price": "4.50"}], "card": "ok"}}'

The outside world is played by the actions: stock is below, the card `declined` is declined, and the carrier's service
is down at the first attempt of every booking.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from warren import RetryPolicy, Workflow, action, action_context, workflow

STOCK = {"tea": 100, "cup": 12, "pot": 0}


class Line(BaseModel):
    """One article of an order."""

    sku: str
    quantity: int = 1
    price: Decimal


class Order(BaseModel):
    """What a customer ordered."""

    id: str
    lines: list[Line]
    card: str
    express: bool = False


class Outcome(BaseModel):
    """What became of an order."""

    order: str
    status: Literal["shipped", "rejected"]
    total: Decimal
    tracking: str | None = None
    notes: list[str] = []


class OutOfStock(Exception):
    """There is not enough of an article; asking again will not help."""


class PaymentDeclined(Exception):
    """The bank says no; asking again will not help."""


class CarrierUnavailable(Exception):
    """The carrier's service did not answer; asking again may help."""


@action
async def reserve(sku: str, quantity: int) -> str:
    """Put articles aside; returns the reservation."""
    if STOCK.get(sku, 0) < quantity:
        raise OutOfStock(f"{quantity} x {sku}")
    return f"{sku}/{quantity}"


@action
async def release(reservation: str) -> None:
    """Give articles back."""


@action
async def charge(card: str, amount: Decimal) -> str:
    """Charge the card. The idempotency key is the same for every attempt: a bank that knows it charges once."""
    if card == "declined":
        raise PaymentDeclined(f"card refused for {amount}")
    return f"payment-{action_context().idempotency_key}"


@action
async def book_carrier(order: str, express: bool) -> str:
    """Have the parcel fetched; returns the tracking number."""
    if action_context().attempt == 1:
        raise CarrierUnavailable("no answer from the carrier")
    return f"{'EX' if express else 'ST'}-{order}"


@workflow
class OrderFulfilment(Workflow):
    """Reserve, charge, pause, ship; what was reserved is released when the order is rejected."""

    name = "order-fulfilment"

    async def run(self, order: Order, packing_seconds: float = 0.5) -> Outcome:
        total = sum([line.price * line.quantity for line in order.lines], Decimal(0))
        if not order.lines:
            return Outcome(order=order.id, status="rejected", total=total, notes=["nothing was ordered"])

        reservations: list[str] = []
        try:
            for line in order.lines:
                reservations.append(await reserve(line.sku, line.quantity))
            await self.run_action(charge(order.card, total), timeout=10)
        except (OutOfStock, PaymentDeclined) as error:
            await asyncio.gather(*[release(reservation) for reservation in reservations])
            return Outcome(order=order.id, status="rejected", total=total, notes=[str(error)])

        notes: list[str] = []
        if order.express:
            notes.append("packed first")
        else:
            await asyncio.sleep(packing_seconds)
        tracking = await self.run_action(
            book_carrier(order.id, order.express),
            retry=RetryPolicy(attempts=5, exception_types=[CarrierUnavailable], backoff_seconds=0.2),
        )
        return Outcome(order=order.id, status="shipped", total=total, tracking=tracking, notes=notes)
