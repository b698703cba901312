"""What PostgreSQL holds for months: one golden object for each kind that a snapshot knows, and the fields of each.

When this test fails, snapshots that are stored cannot be read any more, or mean something else. If that is meant, raise
`FORMAT` in `engine/snapshots/writing.py` and write the file again: `make golden`.
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.engine.snapshots.kinds import BODIES, MORE
from tests.unit.engine.writing import compile_text

from warren import Workflow, update, workflow
from warren.contracts.messages import RequestReply
from warren.engine.snapshots import scalars
from warren.engine.snapshots.writing import FORMAT
from warren.engine.values.kept import CLASSES, FIELDS
from warren.testing import EngineDriver

GOLDEN = pathlib.Path(__file__).with_name("golden.json")
BUILT_IN = {"l", "t", "d", "counter", "ordered", "default", "deque", "s", "z"}
OWN = {"closure", "method", "error", "group", "model", "dataclass", "instance"}
REFERENCES = {"value r", "value v", "value g", "value c", "value u", "value f"}
UNREACHABLE = {"batched"}
"""`itertools.batched` is of Python 3.12: no workflow of an older one makes it."""


class StrangeError(Exception):
    """Of no workflow."""


def drivers(folder: pathlib.Path) -> Iterator[tuple[str, EngineDriver]]:
    """Each workflow at each of its waits."""
    for name, body in BODIES.items():
        driver = EngineDriver(compile_text(folder, body, MORE), {})
        while not driver.is_finished:
            yield name, driver
            driver.go_on()
            if driver.is_finished:
                break
            yield name, driver
            if driver.actions:
                number, command = next(iter(driver.actions.items()))
                if command.args == ["fails"] and command.attempt == 1:
                    driver.fail(number, StrangeError("no"))
                else:
                    driver.succeed_encoded(number, command.args[0] if command.args else None)
            elif driver.children:
                number, child = next(iter(driver.children.items()))
                if not child.awaits_start or driver.begin_child(number) is None:
                    break
            else:
                driver.fire()
    driver = EngineDriver.of(Asked)
    driver.update("change", {"n": 1}, id="u", reply=RequestReply(reply_to="queue", correlation_id="1"))
    yield "updates", driver


@workflow
class Asked(Workflow):
    name = "written"

    @update
    async def change(self, n: int) -> int:
        await asyncio.sleep(n)
        return n

    async def run(self) -> None:
        await self.wait_until(lambda: False)


def without_module(data: Any, module: str) -> Any:
    """Data with the name of the workflow's module replaced, which is another one in each process."""
    return json.loads(json.dumps(data).replace(module, "written"))


def examples(folder: pathlib.Path) -> dict[str, Any]:
    """The first object of each kind."""
    found: dict[str, Any] = {}
    for _, driver in drivers(folder):
        snapshot = json.loads(json.dumps(driver.snapshot()))
        for made in snapshot["objects"]:
            found.setdefault(made[0], without_module(made, driver.executable.workflow))
        for value in values(snapshot["objects"]):
            found.setdefault(f"value {value[0]}", without_module(value, driver.executable.workflow))
    return dict(sorted(found.items()))


def values(data: Any) -> Iterator[list[Any]]:
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        if data and isinstance(data[0], str) and data[0] in {"r", "v", "g", "c", "u", "f"}:
            yield data
        for part in data:
            yield from values(part)


def fields() -> dict[str, str]:
    return {name: " ".join(FIELDS[cls]) for name, cls in sorted(CLASSES.items())}


def write(folder: pathlib.Path) -> None:
    """Write the golden file; `make golden` does."""
    found = examples(folder)
    parts = {"fields": fields(), "examples": found}
    lines = [f' "format": {FORMAT}']
    for title, part in parts.items():
        rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in part.items())
        lines.append(f' "{title}": {{\n{rows}\n }}')
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return examples(tmp_path_factory.mktemp("kinds"))


def test_the_format_is_the_one_that_is_written_down() -> None:
    golden = json.loads(GOLDEN.read_text())
    assert (golden["format"], golden["fields"]) == (FORMAT, fields())


def test_an_object_of_each_kind_is_written_as_before(found: dict[str, Any]) -> None:
    assert found == json.loads(GOLDEN.read_text())["examples"]


def test_there_is_an_example_of_each_kind(found: dict[str, Any]) -> None:
    assert found.keys() == (CLASSES.keys() | scalars.KINDS | BUILT_IN | OWN | REFERENCES) - UNREACHABLE


def test_each_goes_on_from_its_snapshot(tmp_path: pathlib.Path) -> None:
    for name, driver in drivers(tmp_path):
        snapshot = json.loads(json.dumps(driver.snapshot()))
        driver.restore(snapshot)
        assert json.loads(json.dumps(driver.snapshot())) == snapshot, name


if __name__ == "__main__":
    write(pathlib.Path(tempfile.mkdtemp()))
