"""Tables for people."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports import StoredRun
from warren_cli import output


def stored(key: str | None) -> StoredRun:
    now = datetime.now(UTC)
    return StoredRun(
        run_id=new_run_id(),
        workflow="greetings",
        version="0" * 64,
        shard=0,
        status=RunStatus.COMPLETED,
        input="{}",
        result="1",
        error=None,
        key=key,
        parent=None,
        trace=None,
        wake_at=None,
        reply=None,
        created_at=now,
        finished_at=now,
    )


@pytest.mark.parametrize("key", [None, "a-key"])
def test_a_narrow_terminal_loses_no_column_of_the_runs(key: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(output, "out", Console(width=40, file=shown))
    run = stored(key)
    output.print_runs([run])
    text = shown.getvalue()
    for part in (str(run.run_id), "completed", " s ago", "0.00 s", key or ""):
        assert part in text
    assert "greet" in text
    assert "…" not in text
