"""A workflow that can be found by what it says of itself, for tests on real servers."""

from __future__ import annotations

from tests.e2e.workload import inc

from warren import Workflow, upsert_attributes, workflow


@workflow
class Parcel(Workflow):
    """Says how far it has come."""

    name = "e2e.parcel"

    async def run(self, customer: str, weight: int) -> int:
        upsert_attributes(customer=customer, weight=weight, stops=["depot"], draft=True)
        weight = await inc(weight)
        upsert_attributes(weight=weight, stops=["depot", "hub"], draft=None)
        weight = await inc(weight)
        upsert_attributes(weight=weight, delivered=True)
        return weight
