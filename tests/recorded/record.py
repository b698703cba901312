"""Write what a release records: `python -m tests.recorded.record 0.2` adds the folder `tests/recorded/0.2`.

Each file has a program, the history of a run, snapshots of it, and how it ended, as this version of Warren writes them.
They are never written again: a later version that cannot use them needs a new number (docs/adr/0007), not new files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from tests.recorded import workflows as made

from warren.contracts import messages as m
from warren.contracts.limits import encode_error
from warren.engine import dump_commands
from warren.errors import RunKeyTaken, RunNotFound
from warren.ir.base import to_json
from warren.testing import EngineDriver

_LARGE = 30_000
FOLDER = Path(__file__).parent
Json = Any


def answer(driver: EngineDriver, value: Any) -> None:
    """The first action that waits returns this."""
    driver.succeed(next(iter(driver.actions)), value)


def fail(driver: EngineDriver, error: BaseException) -> None:
    """The first action that waits raises this."""
    driver.fail(next(iter(driver.actions)), error)


def steps(driver: EngineDriver) -> None:
    """Retries with a backoff, a failure that is caught, successes."""
    fail(driver, LookupError("no a"))
    driver.fire()
    answer(driver, {"a": 1})
    answer(driver, None)
    for _ in range(2):
        fail(driver, made.Unknown("no b"))
        if driver.timers:
            driver.fire()


def tasks(driver: EngineDriver) -> None:
    """Answers in another order than the questions; a timeout."""
    while not driver.is_finished:
        keys = {command.args[0]: number for number, command in driver.actions.items()}
        ready = [number for key, number in sorted(keys.items(), reverse=True) if key != "never"]
        if ready:
            driver.succeed(ready[0], driver.actions[ready[0]].args[0])
        else:
            driver.fire()


def meetings(driver: EngineDriver) -> None:
    """Every action as it comes; then the time of a wait is over."""
    while driver.actions:
        answer(driver, next(iter(driver.actions.values())).args[0])
    driver.fire()


def attributes(driver: EngineDriver) -> None:
    """Two actions, with changes of attributes before and between them."""
    answer(driver, 1)
    answer(driver, 2)


def signals(driver: EngineDriver) -> None:
    """Payloads before and after they are asked for; one comes twice."""
    driver.signal("pay", 3, id="a")
    driver.signal("parcels", made.Parcel(1.0, []), id="b")
    driver.signal("pay", 3, id="a")
    driver.signal("parcels", made.Parcel(2.0, []), id="c")
    driver.signal("pay", 4, id="d")
    answer(driver, "done")


def updates(driver: EngineDriver) -> None:
    """One at once and one again, one later with two who wait, one that raises, one that is left undone."""
    one, other = m.RequestReply(reply_to="q", correlation_id="1"), m.RequestReply(reply_to="r")
    for _ in range(2):
        driver.update("add", {"n": 3}, id="a", reply=one)
    driver.update("add_fetched", {"key": "k"}, id="b", reply=one)
    driver.update("add_fetched", {"key": "k"}, id="b", reply=other)
    driver.update("add", {"n": 101}, id="c")
    answer(driver, 4)
    driver.update("add_fetched", {"key": "never"}, id="d")
    driver.update("add", {"n": 10}, id="e")


def children(driver: EngineDriver) -> None:
    """One child returns, one is cancelled for its time, one fails."""
    first = EngineDriver.of(made.RecordedChild, 2)
    answer(first, 21)
    driver.end_child(next(iter(driver.children)), first.state)
    driver.fire()
    last = EngineDriver.of(made.RecordedChild, 4)
    fail(last, made.TooHeavy("four"))
    driver.end_child(max(driver.children), last.state)


def pauses(driver: EngineDriver) -> None:
    """What comes while the run is paused is taken in; it goes on, is paused again, and ended from outside."""
    driver.pause("maintenance", id="a")
    fail(driver, TimeoutError("once more"))
    driver.fire()
    driver.resume(id="b")
    driver.fire()
    driver.pause(id="c")
    driver.pause(id="a")
    driver.terminate("it takes too long")


def relations(driver: EngineDriver) -> None:
    """Children are told things, fail and are late; others are not there; then the run is terminated."""
    driver.begin_child(1)
    driver.begin_child(2)
    driver.answer(3)
    driver.answer(4, RunNotFound("there is no such run"))
    driver.refuse_child(5, RunKeyTaken("the key is another run's"))
    failed = EngineDriver.of(made.RecordedChild, 8)
    fail(failed, made.TooHeavy("eight"))
    driver.end_child(6, failed.state)
    driver.fire()
    ended = EngineDriver.of(made.RecordedChild, 8)
    answer(ended, 1)
    driver.end_child(8, ended.state)
    driver.begin_child(9)
    driver.fire()
    driver.terminate("enough")


def values(driver: EngineDriver) -> None:
    """A value of each kind comes in and goes out."""
    answer(driver, made.VALUES)
    answer(driver, None)


def foreign(driver: EngineDriver) -> None:
    """A worker checks the input; values that are kept whole come in and go out."""
    answer(driver, made.Email(address="A@B.C"))
    answer(driver, made.FOREIGN)
    answer(driver, None)


def objects(driver: EngineDriver) -> None:
    """Records, closures, iterators and errors across awaits."""
    while driver.actions:
        answer(driver, "label")


def clock(driver: EngineDriver) -> None:
    """Sleeps."""
    while driver.timers:
        driver.fire()


def wide(driver: EngineDriver) -> None:
    """More commands than one transition may give; then the run is cancelled."""
    driver.go_on()
    driver.cancel()


def cancelled(driver: EngineDriver) -> None:
    """The run is cancelled while it waits, and cleans up."""
    driver.cancel("no longer wanted")
    driver.actions.pop(1)
    answer(driver, None)


def leases(driver: EngineDriver) -> None:
    """A worker holds an attempt and answers; another attempt is lost by three workers."""

    def hold(invocation: int, worker: str) -> None:
        about = {"run_id": driver.run_id, "invocation": invocation, "attempt": 1, "worker": worker}
        driver.apply(m.ActionStarted(**about, lease_seconds=60))

    hold(1, "w1")
    driver.apply(m.ActionHeartbeat(run_id=driver.run_id, invocation=1, attempt=1, worker="w1", lease_seconds=60))
    answer(driver, "done")
    for worker in ("w1", "w2", "w3"):
        hold(2, worker)
        driver.now += timedelta(seconds=61)
        driver.apply(m.LeaseExpired(run_id=driver.run_id, invocation=2, attempt=1, worker=worker))


def elsewhere(driver: EngineDriver) -> None:
    """Another system says how far an attempt is and fails it; the next one times out, and the last is completed."""
    about = {"run_id": driver.run_id, "invocation": 1, "id": "one"}
    driver.defer(1, details=m.Details(number=1, value="begun"))
    driver.apply(m.ActionProgressed(**about, attempt=1, details={"page": 2}))
    driver.apply(m.ActionAnswered(**about, attempt=1, error=encode_error(ValueError("no"))))
    driver.defer(1)
    driver.fire(max(driver.timers))
    driver.defer(1)
    driver.apply(m.ActionAnswered(**about, attempt=3, result="done"))


def fresh(driver: EngineDriver) -> None:
    for number in range(4):
        driver.signal("numbers", number, id=f"n{number}")
    driver.succeed(1)


def rejected(driver: EngineDriver) -> None:
    """The answer cannot be applied."""
    error = encode_error(ValueError("it cannot be applied"))
    about = {"rejected": "action_succeeded", "number": 1, "attempt": 1}
    driver.apply(m.EventRejected(run_id=driver.run_id, **about, error=error))


def concurrent(driver: EngineDriver) -> None:
    """Both questions are asked before one is answered."""
    for number in sorted(driver.actions, reverse=True):
        driver.succeed(number, number)
    answer(driver, 5)


RUNS: dict[type[Any], tuple[dict[str, Any], Callable[[EngineDriver], None]]] = {
    made.RecordedSteps: ({"keys": ["a", "b"]}, steps),
    made.RecordedTasks: ({}, tasks),
    made.RecordedMeetings: ({}, meetings),
    made.RecordedSignals: ({"price": 7}, signals),
    made.RecordedUpdates: ({"goal": 10}, updates),
    made.RecordedAttributes: ({"customer": "x"}, attributes),
    made.RecordedPauses: ({}, pauses),
    made.RecordedChildren: ({}, children),
    made.RecordedRelations: ({"other": "01234567-0123-4567-8123-456789abcdef"}, relations),
    made.RecordedValues: ({"given": made.Size.SMALL}, values),
    made.RecordedForeign: ({"email": {"address": "A@B.C"}}, foreign),
    made.RecordedObjects: ({"parcel": made.Parcel(1.0, [made.Stamp(at=made.VALUES[22])])}, objects),
    made.RecordedClock: ({"naps": 3}, clock),
    made.RecordedWide: ({}, wide),
    made.RecordedCancelled: ({}, cancelled),
    made.RecordedLeases: ({}, leases),
    made.RecordedElsewhere: ({}, elsewhere),
    made.RecordedFresh: ({}, fresh),
    made.RecordedRejected: ({}, rejected),
    made.RecordedConcurrent: ({"n": 2}, concurrent),
}


class Recorder(EngineDriver):
    """Keeps a snapshot after each transition."""

    snapshots: dict[int, Json]

    def _record(self, event: m.RunEvent, commands: list[Any]) -> None:
        super()._record(event, commands)
        self.__dict__.setdefault("snapshots", {})[self.state.seq] = json.loads(json.dumps(self.snapshot()))


def recorded(workflow: type[Any]) -> Json:
    """The data of one file."""
    arguments, drive = RUNS[workflow]
    driver = cast(Recorder, Recorder.of(workflow, **arguments))
    drive(driver)
    assert driver.is_finished, f"{workflow.__name__} waits for {driver.actions} {driver.timers} {driver.children}"
    return {
        "version": driver.executable.version,
        "program": to_json(driver.executable.program),
        "run_id": str(driver.run_id),
        "history": [
            {
                "seq": row.seq,
                "at": row.at.isoformat(),
                "event": row.event.model_dump(mode="json"),
                "commands": json.loads(dump_commands(row.commands)),
            }
            for row in driver.history
        ],
        "snapshots": {
            str(seq): snapshot for seq, snapshot in driver.snapshots.items() if len(json.dumps(snapshot)) < _LARGE
        },
        "outcome": {"status": driver.state.status, "result": driver.state.result, "error": driver.state.error},
    }


def text_of(data: Json) -> str:
    """One line for each transition and snapshot, so that a change of the files can be read."""
    rows = ",\n".join(f"  {json.dumps(row)}" for row in data["history"])
    snapshots = ",\n".join(f"  {json.dumps(seq)}: {json.dumps(one)}" for seq, one in data["snapshots"].items())
    parts = {name: json.dumps(data[name]) for name in ("version", "run_id", "program", "outcome")}
    lines = [f' "{name}": {part}' for name, part in parts.items()]
    lines += [f' "history": [\n{rows}\n ]', f' "snapshots": {{\n{snapshots}\n }}']
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(release: str) -> None:
    """Write the files of a release."""
    folder = FOLDER / release
    if folder.exists():
        raise SystemExit(f"{folder} exists: what a release wrote is kept as it is; delete it only if it was none")
    folder.mkdir()
    for workflow in RUNS:
        (folder / f"{workflow.short_name()}.json").write_text(text_of(recorded(workflow)))
    print(f"wrote {len(RUNS)} runs to {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.recorded.record RELEASE, for example 0.2")
    main(sys.argv[1])
