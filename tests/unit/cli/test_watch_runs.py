"""What `warren show --state` prints for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.contracts.run_views import FrameView, RunView, StrandView, WaitView
from warren.errors import InvalidInput
from warren_cli.inspect_runs import show
from warren_cli.watch_runs import print_state

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def printed(capsys: pytest.CaptureFixture[str], **parts: Any) -> list[str]:
    known = {"run_id": new_run_id(), "workflow": "w[x]", "version": "v", "status": RunStatus.RUNNING, "seq": 4}
    print_state(RunView(**{**known, "strands_seq": known["seq"], "strands": [], **parts}), now=NOW)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def strand(wait: WaitView, **parts: Any) -> StrandView:
    frame = FrameView(function="W.run", file="/app/w.py", line=7, variables={"text": "[b]", "none": None})
    return StrandView(**{"number": 1, "is_main": True, "frames": [frame], "waits_for": wait, **parts})


def test_each_strand_has_its_place_variables_and_wait(capsys: pytest.CaptureFixture[str]) -> None:
    wait = WaitView(kind="action", text="the action f (#3, attempt 2)", worker="w-1")
    lines = printed(
        capsys,
        attributes={"total": 3},
        strands=[
            strand(wait, since=NOW - timedelta(seconds=90), times_out_at=NOW),
            strand(WaitView(kind="turn", text="its turn"), number=2, is_main=False, frames=[]),
        ],
        left_out=1_200,
    )
    assert lines[0].endswith("w[x]  running, transition 4")
    assert lines[2:8] == [
        "self",
        "  total = 3",
        "",
        "strand 1 (run())",
        "  /app/w.py:7, in W.run",
        '      text = "[b]"',
    ]
    assert lines[8] == "      none = null"
    assert lines[9].startswith("  waits for the action f (#3, attempt 2), which w-1 runs, since 2026-01-01 ")
    assert lines[9].endswith("(1:30)")
    assert lines[10].startswith("  times out at 2026-01-01 ")
    assert lines[11:] == ["", "strand 2 (task)", "  waits for its turn", "", "... and 1,200 more strands"]


def test_the_parts_of_a_gather_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    inner = WaitView(kind="gather", text="1 of the 2 parts of a gather", parts=[WaitView(kind="task", text="a task")])
    wait = WaitView(kind="gather", text="3 of the 9 parts of a gather", parts=[inner], left_out=2)
    lines = printed(capsys, strands=[strand(wait)])
    assert lines[-4:] == [
        "  waits for 3 of the 9 parts of a gather",
        "    1 of the 2 parts of a gather",
        "      a task",
        "    ... and 2 more",
    ]


def test_a_run_that_has_ended_says_when_its_strands_stood_so(capsys: pytest.CaptureFixture[str]) -> None:
    wait = WaitView(kind="timer", text="a timer", due_at=NOW)
    lines = printed(capsys, status=RunStatus.FAILED, strands=[strand(wait)], strands_seq=3)
    assert "before it ended (transition 3):" in lines
    assert "nothing is left of it" in printed(capsys, status=RunStatus.COMPLETED)


def test_a_long_value_is_shortened_and_says_where_it_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, attributes={"text": "x" * 400})
    assert lines[3] == f'  text = "{"x" * 159}... (--json shows more)'


def test_state_and_follow_need_servers_and_exclude_each_other() -> None:
    options: dict[str, Any] = {"workflow": None, "as_json": False}
    with pytest.raises(InvalidInput, match="only one of them"):
        show("x", data=None, state=True, follow=True, **options)
    with pytest.raises(InvalidInput, match="--follow asks the services"):
        show("x", data=".warren", state=False, follow=True, **options)
