"""Decimal and UUID values."""

from decimal import Decimal
from uuid import UUID

from warren import Workflow, action, workflow

VAT = Decimal("0.19")


@action
async def price() -> Decimal:
    return Decimal("19.99")


@workflow
class DecimalsAndUuids(Workflow):
    async def run(self, text: str) -> list:
        net = await price()
        key = UUID("12345678-1234-5678-1234-567812345678")
        return [
            net * (1 + VAT),
            (net * VAT).quantize(Decimal("0.01")),
            net.as_tuple().exponent,
            str(key),
            key.hex,
            key == UUID(hex=key.hex),
            Decimal(text) / 3,
        ]


CASES = [{"text": "1"}, {"text": "nope"}, {"text": "0"}]
