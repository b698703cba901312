"""The `warren` command in a directory with one module, on servers or on none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.command_line import WARREN

MODULE = '''
"""Workflows for the tests of the command line."""

import asyncio
from pathlib import Path

from warren import Workflow, action, workflow


@action(queue="cli")
async def double(n: int) -> int:
    with Path("executions").open("a") as file:
        file.write(f"{n}\\n")
    return n * 2


@action(queue="cli")
async def boom(text: str) -> None:
    raise ValueError(text)


@workflow
class Doubled(Workflow):
    """Doubles and adds."""

    name = "cli.doubled"

    async def run(self, numbers: list[int], label: str = "sum") -> dict[str, int]:
        results = await asyncio.gather(*[double(n) for n in numbers])
        return {label: sum(results)}


@workflow
class Failing(Workflow):
    name = "cli.failing"

    async def run(self, text: str) -> None:
        await boom(text)


@workflow
class Sleeper(Workflow):
    name = "cli.sleeper"

    async def run(self, seconds: float) -> int:
        first = await double(1)
        second = await double(10)
        await asyncio.sleep(seconds)
        return first + second + await double(2)
'''

GATED = '''
"""A workflow that goes on until a file is there."""

import asyncio
from pathlib import Path

from shop import double
from warren import Workflow, action, workflow


@action(queue="cli")
async def is_open() -> bool:
    await double(0)
    return Path("gate").exists()


@workflow
class Gated(Workflow):
    name = "cli.gated"

    async def run(self) -> int:
        first = await double(1)
        while not await is_open():
            await asyncio.sleep(0.1)
        return first + await double(2)
'''

REFUSED = """
from warren import Workflow, action, workflow


@action
async def one() -> int:
    return 1


@workflow
class Reads(Workflow):
    async def run(self) -> str:
        return open("file").read()


@workflow
class Fine(Workflow):
    async def run(self) -> int:
        return await one()


@workflow
class Prints(Workflow):
    async def run(self) -> int:
        yield 1
"""


def write_modules(directory: Path) -> Path:
    """A directory with the modules `shop`, `gated` and `refused`."""
    (directory / "shop.py").write_text(MODULE)
    (directory / "gated.py").write_text(GATED)
    (directory / "refused.py").write_text(REFUSED)
    return directory


def environment(**more: str) -> dict[str, str]:
    """This process's environment without anything that is Warren's or pytest's."""
    drop = ("WARREN_", "PYTEST_", "PYTHONPATH", "OTEL_", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return {**kept, "TERM": "dumb", **more}


def warren(
    cwd: Path, *arguments: str, servers: Mapping[str, str] | None = None, text: str | None = None, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `warren ARGUMENTS` in a directory."""
    return subprocess.run(
        [WARREN, *arguments],
        cwd=cwd,
        env=environment(**(servers or {})),
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def begin(cwd: Path, *arguments: str, servers: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start `warren ARGUMENTS` and go on."""
    return subprocess.Popen(
        [WARREN, *arguments],
        cwd=cwd,
        env=environment(**(servers or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def executions(cwd: Path) -> list[int]:
    """With which arguments `double` ran, in order."""
    file = cwd / "executions"
    return [int(line) for line in file.read_text().split()] if file.exists() else []
