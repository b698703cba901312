"""Tables for people."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import SecretStr
from rich.console import Console

from warren.client.histories import HistoryEntry
from warren.client.run_lists import DescribedRun
from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.contracts.moments import LAST_MOMENT
from warren.contracts.values import encode, encode_exception
from warren.engine import (
    AnswerUpdate,
    AskRun,
    CancelActions,
    CancelChild,
    Command,
    ContinueAsNew,
    ContinueRun,
    DispatchAction,
    FinishRun,
    LogMessage,
    StartChild,
    StartTimer,
    TerminateChild,
    UpsertAttributes,
)
from warren_cli import histories, output


def stored(key: str | None) -> DescribedRun:
    now = datetime.now(UTC)
    return DescribedRun(
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


def test_a_history_is_told_in_words() -> None:
    run_id, at = new_run_id(), datetime(2026, 1, 1, tzinfo=UTC)
    commands: list[Command] = [
        DispatchAction(1, 2, "shop:pack", "default", [], {}),
        StartTimer(2, at),
        StartChild(3, run_id, "boxes", {"n": 1}),
        StartChild(4, run_id, "boxes", {"n": 1}, "k", awaits_start=True),
        CancelChild(run_id),
        TerminateChild(run_id),
        AskRun(5, run_id, "signal", "add", 3),
        AskRun(6, run_id, "cancel"),
        AskRun(7, run_id, "cancel", None, "enough"),
        CancelActions(((4, 1), (5, 2))),
        CancelActions(tuple((number, 1) for number in range(9))),
        CancelActions(),
        ContinueRun(4),
        LogMessage("halfway", "warning"),
        AnswerUpdate("a", 1),
        UpsertAttributes({"customer": "x", "amount": None}),
        FinishRun(RunStatus.COMPLETED, 1),
        ContinueAsNew(run_id, {"n": 1}),
    ]
    assert {type(each) for each in commands} == set(get_args(Command))
    told = [histories.command_text(each) for each in commands]
    assert told[0] == "run #1 pack, attempt 2"
    assert told[2:] == [
        f"run #3 boxes as {run_id}",
        f"run #4 boxes as {run_id} with the key k",
        f"cancel {run_id}",
        f"terminate {run_id}",
        f"#5 signal add to {run_id} with 3",
        f"#6 cancel {run_id}",
        f"#7 cancel {run_id}: enough",
        "stop #4, #5",
        "stop #0, #1, #2, #3, #4 and 4 more",
        "stop all actions",
        "go on",
        "log warning: halfway",
        "answer the update a",
        'set attributes {"customer": "x", "amount": null}',
        "end the run: completed",
        f"go on as the new run {run_id}",
    ]
    child = messages.ChildFinished(run_id=run_id, invocation=3, status=RunStatus.COMPLETED, result=[1])
    assert histories.event_text(child) == "#3 returned [1]"
    error = encode_exception(ValueError("bad"))
    child = messages.ChildFinished(run_id=run_id, invocation=3, status=RunStatus.FAILED, error=error)
    assert histories.event_text(child) == "#3 raised ValueError: bad"
    assert histories.event_text(messages.ChildStarted(run_id=run_id, invocation=3)) == "#3 is there"
    answered = messages.RequestAnswered(run_id=run_id, invocation=3)
    assert histories.event_text(answered) == "#3 was taken"
    refused = answered.model_copy(update={"error": error})
    assert histories.event_text(refused) == "#3 was refused: ValueError: bad"


def test_a_history_shows_no_secret() -> None:
    run_id, at = new_run_id(), datetime(2026, 1, 1, tzinfo=UTC)
    secret = encode({"password": SecretStr("hidden")})
    event = messages.ActionSucceeded(run_id=run_id, invocation=1, attempt=1, result=secret)
    command = DispatchAction(2, 1, "shop:pay", "default", [secret], {"more": secret})
    shown = json.dumps(histories.history_data([HistoryEntry(1, at, event, [command])]))
    assert "hidden" not in shown + histories.event_text(event)
    assert shown.count("**********") == 3


def test_a_timer_at_the_end_of_all_dates_is_never() -> None:
    shown = io.StringIO()
    run = replace(stored(None), status=RunStatus.RUNNING, finished_at=None, wake_at=LAST_MOMENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "out", Console(width=100, file=shown))
        output.print_run(run)
    assert re.search(r"timer +never", shown.getvalue())
    assert output.run_data(run)["wake_at"] == "9999-12-01T00:00:00+00:00"
