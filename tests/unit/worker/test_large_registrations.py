"""A worker registers what can be registered, and says which of its workflows is too large for a message."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs
from tests.support.eventually import eventually
from tests.unit.worker.actions import UnitOne, UnitTwo
from tests.unit.worker.test_registration import Compiler, registered
from tests.unit.worker.world import World

from warren.contracts import registrations, wire
from warren.sdk.sources import workflow_source


async def test_a_workflow_that_is_too_large_keeps_no_other_from_being_registered(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {cls: len(wire.dump(workflow_source(cls))) for cls in (UnitOne, UnitTwo)}
    large, small = sorted(sizes, key=lambda cls: -sizes[cls])
    assert sizes[large] > sizes[small], "the test needs two sizes"
    monkeypatch.setattr(registrations, "PROGRAM_BYTES", sizes[small])
    with capture_logs() as said:
        worker = await w.worker(workflows=[large, small])
        compiler = Compiler(w)
        (delivery,) = await compiler.received(1)
        await compiler.answer(delivery, registered(delivery))
        await eventually(lambda: any(line["event"] == "workflow registered" for line in said))
    (line,) = [line for line in said if line["event"] == "registration refused"]
    assert line["workflow"] == large.short_name()
    assert "is too large to register" in line["error"]
    await eventually(lambda: worker.health.report()["consumers"])
    assert not worker.health.report()["registered"]
