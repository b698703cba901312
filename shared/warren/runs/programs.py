"""Executables by version and by workflow name, loaded from the store once. Knows no run."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from typing import Final

from warren.engine import Executable
from warren.errors import MessageError, UnknownWorkflow
from warren.ir.base import from_json
from warren.ir.program import Program
from warren.ports import ProgramRecord, RunStore

_LATEST_SECONDS: Final = 0.5
_KEPT: Final = 500


class Programs:
    """A cache over the store's programs. What is latest is taken as such for half a second of the event loop's time."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._executables: OrderedDict[str, Executable] = OrderedDict()
        self._latest: dict[str, tuple[float, Executable]] = {}

    async def get(self, version: str) -> Executable:
        """The program with this hash; raises `UnknownWorkflow`."""
        executable = self._executables.get(version)
        if executable is None:
            record = await self._store.load_program(version)
            if record is None:
                raise UnknownWorkflow(f"no program has the version {version!r}; register it first (`warren register`)")
            executable = self._keep(record)
        else:
            self._executables.move_to_end(version)
        return executable

    async def latest(self, workflow: str) -> Executable:
        """The program of this name that was registered last; raises `UnknownWorkflow`."""
        known = self._latest.get(workflow)
        if known is not None and known[0] > asyncio.get_running_loop().time():
            return known[1]
        record = await self._store.latest_program(workflow)
        if record is None:
            raise UnknownWorkflow(
                f"no workflow {workflow!r} is registered; start a worker that has it, or run `warren register MODULE`"
            )
        executable = self._executables.get(record.version) or self._keep(record)
        self._remember_latest(workflow, executable)
        return executable

    def add(self, executable: Executable) -> None:
        """Take a program that was just saved."""
        self._executables[executable.version] = executable
        self._remember_latest(executable.workflow, executable)

    def _remember_latest(self, workflow: str, executable: Executable) -> None:
        self._latest[workflow] = (asyncio.get_running_loop().time() + _LATEST_SECONDS, executable)

    def _keep(self, record: ProgramRecord) -> Executable:
        executable = Executable(program_of(record))
        self._executables[record.version] = executable
        if len(self._executables) > _KEPT:
            self._executables.popitem(last=False)
        return executable


def program_of(record: ProgramRecord) -> Program:
    """The stored program; raises `MessageError` if it is none."""
    program = from_json(json.loads(record.program))
    if not isinstance(program, Program):
        raise MessageError(f"the stored program {record.version} of {record.workflow!r} is not a program")
    return program
