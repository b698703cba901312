"""What every release wrote: its programs load, its histories replay to the same commands, its runs finish, for ever.

A failure here means that runs which are open in somebody's database would go another way after an upgrade.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from tests.recorded.record import FOLDER, RUNS, recorded

import warren.engine as engine
from warren.contracts import messages as m
from warren.contracts.decoding import _DECODERS
from warren.contracts.tags import TAG
from warren.contracts.wire import load_event
from warren.engine import Executable, RunState, apply, dump_commands, load_commands, restore, start_run
from warren.engine.run.scheduling import Scheduler
from warren.engine.snapshots.writing import READABLE
from warren.engine.values.futures import Gather
from warren.errors import SnapshotUnreadable
from warren.ir.base import from_json

RELEASES = sorted(path for path in FOLDER.iterdir() if path.is_dir() and path.name[0].isdigit())
FILES = [path for release in RELEASES for path in sorted(release.glob("*.json"))]
LATEST = RELEASES[-1]


@pytest.fixture(params=FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def data(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text())


def rows(data: Any) -> list[tuple[int, datetime, m.RunEvent, Any]]:
    return [
        (row["seq"], datetime.fromisoformat(row["at"]), load_event(json.dumps(row["event"])), row["commands"])
        for row in data["history"]
    ]


def executable_of(data: Any) -> Executable:
    executable = Executable(from_json(data["program"]))
    assert executable.version == data["version"]
    return executable


def go_on(executable: Executable, run: RunState, data: Any, *, is_recorded: bool) -> None:
    """Apply the rest of the history, and compare each transition and the end."""
    for seq, at, event, commands in rows(data)[run.seq :]:
        decision = apply(executable, run, event, at, is_recorded=is_recorded)
        assert decision is not None, seq
        assert (run.seq, decision.event) == (seq, event)
        assert json.loads(dump_commands(decision.commands)) == commands, seq
    assert {"status": run.status, "result": run.result, "error": run.error} == data["outcome"]


@pytest.mark.parametrize("is_recorded", [True, False], ids=["replayed", "decided again"])
def test_a_history_leads_to_the_same_commands_and_the_same_end(data: Any, is_recorded: bool) -> None:
    executable = executable_of(data)
    _, at, event, commands = rows(data)[0]
    assert isinstance(event, m.RunStarted)
    run, made = start_run(executable, run_id=UUID(data["run_id"]), input=event.input, at=at)
    assert json.loads(dump_commands(made)) == commands
    if is_recorded or not any(row["event"]["type"] == "lease_expired" for row in data["history"]):
        go_on(executable, run, data, is_recorded=is_recorded)


def test_a_run_goes_on_from_each_snapshot_that_can_be_read(data: Any) -> None:
    executable = executable_of(data)
    for seq, snapshot in data["snapshots"].items():
        if snapshot["format"] not in READABLE:
            with pytest.raises(SnapshotUnreadable):
                restore(executable, snapshot)
            continue
        run = restore(executable, snapshot)
        assert run.seq == int(seq)
        go_on(executable, run, data, is_recorded=True)


def test_commands_of_a_history_are_read(data: Any) -> None:
    for *_, commands in rows(data):
        assert json.loads(dump_commands(load_commands(json.dumps(commands)))) == commands


def test_another_order_of_turns_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an engine that numbers invocations in another order cannot use what was recorded."""
    launch = Scheduler.start_children

    def backwards(self: Scheduler, gather: Gather) -> bool:
        if gather.unstarted == 0:
            gather.children.reverse()
        return launch(self, gather)

    monkeypatch.setattr(Scheduler, "start_children", backwards)
    data = json.loads((LATEST / "recorded_tasks.json").read_text())
    with pytest.raises(AssertionError):
        test_a_history_leads_to_the_same_commands_and_the_same_end(data, is_recorded=True)


# --- the latest release's files have everything that there is ---------------------------------------------------------


def test_there_is_a_recording_of_each_event_command_and_kind_of_value() -> None:
    files = [json.loads(path.read_text()) for path in sorted(LATEST.glob("*.json"))]
    events = {row["event"]["type"] for each in files for row in each["history"]}
    kinds = {kind.model_fields["type"].default for kind in get_args(get_args(m.RunEvent)[0]) if kind.is_durable}
    assert events == kinds
    commands = {type(one) for each in files for *_, made in rows(each) for one in load_commands(json.dumps(made))}
    assert commands == set(get_args(engine.Command))
    assert {tag for each in files for tag in tags_in(each["history"])} == _DECODERS.keys()


def tags_in(data: Any) -> set[str]:
    if isinstance(data, dict):
        found = {data[TAG]} if isinstance(data.get(TAG), str) else set()
        return found.union(*(tags_in(part) for part in data.values()))
    return set().union(*map(tags_in, data)) if isinstance(data, list) else set()


@pytest.mark.parametrize("workflow", RUNS, ids=lambda workflow: workflow.short_name())
def test_this_version_still_writes_what_the_latest_release_wrote(workflow: type[Any]) -> None:
    """Else a release is due, or the change was not meant. The program may differ: what compiles it may improve."""
    path: Path = LATEST / f"{workflow.short_name()}.json"
    now, then = json.loads(json.dumps(recorded(workflow))), json.loads(path.read_text())
    assert now.keys() == then.keys()
    if now["version"] == then["version"]:
        assert now["history"] == then["history"]
        assert without_format(now["snapshots"]) == without_format(then["snapshots"])


def without_format(snapshots: dict[str, Any]) -> dict[str, Any]:
    """What a new kind of objects changes, in the snapshots of those that have none, is the number alone.

    Format 6 says besides since when strands wait, which decides nothing.
    """
    apart = {"format": None, "since": None}
    return {seq: snapshot | apart for seq, snapshot in snapshots.items()}
