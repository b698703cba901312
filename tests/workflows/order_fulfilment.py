"""A realistic order workflow: branches, a loop, retries, exceptions and state together."""

import asyncio

from pydantic import BaseModel

from warren import Workflow, action, workflow


class Line(BaseModel):
    sku: str
    quantity: int


class Receipt(BaseModel):
    id: str
    total: float
    warnings: list[str] = []


class OutOfStock(Exception):
    pass


@action
async def price_of(sku: str) -> float:
    return len(sku) * 1.5


@action
async def reserve(sku: str, quantity: int) -> str:
    if quantity > 5:
        raise OutOfStock(sku)
    return f"{sku}-{quantity}"


@action
async def release(reservation: str) -> None:
    return None


@action
async def charge(amount: float) -> str:
    if amount > 100:
        raise PermissionError("too expensive")
    return f"receipt-{amount:.2f}"


@workflow
class LongBranches(Workflow):
    async def run(self, lines: list[Line], retries: int = 2) -> Receipt:
        warnings: list[str] = []
        reservations: list[str] = []
        prices = await asyncio.gather(*[price_of(line.sku) for line in lines])
        total = sum(line.quantity * price for line, price in zip(lines, prices))
        for line in lines:
            for attempt in range(retries + 1):
                try:
                    reservations.append(await reserve(line.sku, line.quantity - attempt))
                except OutOfStock as error:
                    warnings.append(f"{error} ({attempt})")
                    continue
                else:
                    break
            else:
                warnings.append(f"gave up on {line.sku}")
                total -= line.quantity
        try:
            receipt = await charge(total)
        except PermissionError as error:
            await asyncio.gather(*[release(reservation) for reservation in reservations])
            raise RuntimeError(f"cannot charge {total}") from error
        finally:
            warnings.append("done")
        return Receipt(id=receipt, total=total, warnings=warnings)


CASES = [
    {"lines": [Line(sku="aa", quantity=2), Line(sku="b", quantity=1)]},
    {"lines": [Line(sku="aa", quantity=6)]},
    {"lines": [Line(sku="aa", quantity=9)], "retries": 1},
    {"lines": [Line(sku="a" * 40, quantity=5)]},
    {"lines": []},
]
