"""A snapshot is a short cut: what this version of Warren cannot read is left aside, and the run goes on."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from tests.support.cluster import cluster
from tests.support.service_workflows import Long

from warren.engine.snapshots.writing import FORMAT


def of_another_format(data: dict[str, Any]) -> str:
    return json.dumps(data | {"format": FORMAT + 1})


def of_the_format_before(data: dict[str, Any]) -> str:
    return json.dumps({"state": data | {"format": 2}, "leases": data["leases"]})


def of_another_program(data: dict[str, Any]) -> str:
    return json.dumps(data | {"version": "0" * 64})


def of_unknown_kinds(data: dict[str, Any]) -> str:
    return json.dumps(data | {"objects": [["kind-of-tomorrow"] for _ in data["objects"]]})


def cut_short(data: dict[str, Any]) -> str:
    return json.dumps(data)[:-20]


def without_its_objects(data: dict[str, Any]) -> str:
    return json.dumps({name: part for name, part in data.items() if name != "objects"})


def no_object(_: dict[str, Any]) -> str:
    return "[]"


@pytest.mark.parametrize(
    "spoil",
    [
        *(of_another_format, of_the_format_before, of_another_program, of_unknown_kinds),
        *(cut_short, without_its_objects, no_object),
    ],
)
async def test_a_run_with_an_unreadable_snapshot_goes_on_from_its_history(
    spoil: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warren_coordinator.run_cache.FIRST_SNAPSHOT", 4)
    async with cluster() as made:
        await made.register(Long)
        run_id = await made.start(Long, steps=9)
        for step in range(8):
            await made.succeed(await made.actions(1), step)
        last = await made.actions(1)
        stored = made.database.snapshots[run_id]
        assert json.loads(stored.snapshot)["format"] == FORMAT
        await made.services[1].crash()
        made.database.snapshots[run_id] = dataclasses.replace(stored, snapshot=spoil(json.loads(stored.snapshot)))
        await made.coordinator()
        await made.succeed(last, 7)
        assert (await made.finished()).result == 7
        assert await made.dead() == []
