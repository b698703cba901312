"""Diagnostics of `@workflow`: an exception, or an entry in the list of whoever collects them here and now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from warren import UnsupportedPatternError, Workflow
from warren.sdk.diagnostics import collected_diagnostics
from warren.sdk.workflow import workflow


class PrintsWhenItRuns(Workflow):
    async def run(self) -> None:
        print("no")


def test_what_is_collected_is_not_raised() -> None:
    with collected_diagnostics() as found:
        workflow(PrintsWhenItRuns)
    assert [(one.code, one.line) for one in found] == [("side-effect", 16)]
    assert PrintsWhenItRuns.workflow_ir().functions == {}


def test_after_the_block_it_is_raised_again() -> None:
    with collected_diagnostics() as found:
        pass
    with pytest.raises(UnsupportedPatternError, match="writes output"):
        workflow(PrintsWhenItRuns)
    assert found == []


def test_who_collects_does_not_silence_another_thread() -> None:
    with collected_diagnostics() as found, ThreadPoolExecutor(1) as pool:
        error = pool.submit(workflow, PrintsWhenItRuns).exception()
    assert isinstance(error, UnsupportedPatternError)
    assert found == []
