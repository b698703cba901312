"""A user's program that starts runs and uses their handles type-checks, and a wrong one does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import warren

PROGRAM = """
import asyncio
from uuid import UUID

import warren
from warren import RunHandle, RunStatus, Workflow, action, workflow


@action
async def double(number: int) -> int:
    return 2 * number


@workflow
class Doubling(Workflow):
    async def run(self, number: int) -> int:
        return await double(number)


async def look_at(handle: RunHandle[int]) -> str:
    run_id: UUID = handle.id
    description = await handle.describe()
    name: str = description.workflow
    is_open = description.finished_at is None and description.wake_at is None
    for transition in await handle.history():
        print(transition.seq, transition.at.isoformat(), transition.event.type, len(transition.commands))
    if await handle.status() is RunStatus.RUNNING:
        await handle.cancel("no longer needed")
        await handle.cancel()
    return f"{run_id} {name} {description.key or description.version} {is_open}"


async def main() -> None:
    handle = await Doubling().start(number=4, _key="four")
    print(await look_at(handle), await handle.result() + 1, await handle.result(timeout=5.0))
    print(await Doubling().run(number=4) + 1)
    async with warren.Warren() as client:
        print(await look_at(await client.start(Doubling, number=4)))


asyncio.run(main())
"""

WRONG = {
    "a result of another type": "    text: str = await handle.result()",
    "a member that no handle has": "    await handle.stop()",
    "a status that is none": "    number: int = await handle.status()",
    "a reason that is no text": "    await handle.cancel(3)",
    "a description that can be changed": "    (await handle.describe()).key = 'five'",
    "an id that is no text": "    text: str = handle.id",
    "a history that is not awaited": "    handle.history()[0]",
    "a handle of another result": "    other: RunHandle[str] = await Doubling().start(number=4)",
}


def test_a_right_program_is_accepted_and_each_mistake_of_a_wrong_one_refused(tmp_path: Path) -> None:
    head, _, _ = PROGRAM.partition("async def main()")
    wrong = f"{head}async def wrong(handle: RunHandle[int]) -> None:\n" + "\n".join(WRONG.values())
    (tmp_path / "right.py").write_text(PROGRAM)
    (tmp_path / "wrong.py").write_text(wrong)
    found = complaints(tmp_path, "right.py", "wrong.py")
    lines = wrong.splitlines()
    assert {lines[number - 1] for number in found.pop("wrong.py")} == set(WRONG.values())
    assert found == {}


def complaints(directory: Path, *files: str) -> dict[str, list[int]]:
    """The lines of these files that mypy refuses."""
    options = ["--strict", "--config-file=", f"--cache-dir={directory / 'cache'}", "--follow-imports=silent"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--no-error-summary", *files],
        cwd=directory,
        env={"MYPYPATH": str(Path(warren.__file__).parent.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    found: dict[str, list[int]] = {}
    for line in done.stdout.splitlines():
        file, number, kind = line.split(":")[:3]
        if kind.strip() == "error":
            found.setdefault(file, []).append(int(number))
    return found
