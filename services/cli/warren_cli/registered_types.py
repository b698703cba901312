"""The types of what registered programs take: they decide what `name=3` means where no code is at hand.

A start, a signal or a query needs no database. Where it cannot be asked, a warning says what becomes of the arguments.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from rich.markup import escape

from warren.client.run_lookup import as_run_id, find_run
from warren.errors import RunNotFound, WarrenError
from warren.ir.program import Program
from warren.ir.typed_text import TypedText
from warren.ir.workflow import QueryDef, UpdateDef
from warren.ports import ProgramRecord, RunStore
from warren.runs.programs import program_of
from warren_cli.output import err
from warren_cli.servers import people_store

PAYLOAD: Final = "payload"
"""What `types_of_signal` calls the only thing that a signal takes."""


async def types_of_start(workflow: str, version: str | None) -> TypedText | None:
    """The types of a workflow's parameters; None if they are not known."""

    async def load(store: RunStore) -> ProgramRecord | None:
        return await (store.latest_program(workflow) if version is None else store.load_program(version))

    program = await _load(load, f"the types of {workflow}'s parameters")
    return None if program is None else TypedText(program.parameters, program.types)


async def types_of_signal(run: str, workflow: str | None, name: str) -> TypedText | None:
    """The type of a signal's payload, as `PAYLOAD`; None if it is not known."""
    program = await _load(_program_of(run, workflow), f"the type of the signal {name}")
    found = [] if program is None else [signal.spec for signal in program.signals if signal.name == name]
    return None if program is None or not found else TypedText({PAYLOAD: found[0]}, program.types)


async def types_of_query(run: str, workflow: str | None, name: str) -> TypedText | None:
    """The types of a query's parameters; None if they are not known."""
    return await _parameters(run, workflow, name, lambda program: program.queries)


async def types_of_update(run: str, workflow: str | None, name: str) -> TypedText | None:
    """The types of an update's parameters; None if they are not known."""
    return await _parameters(run, workflow, name, lambda program: program.updates)


async def _parameters(
    run: str, workflow: str | None, name: str, asked: Callable[[Program], Sequence[QueryDef | UpdateDef]]
) -> TypedText | None:
    program = await _load(_program_of(run, workflow), f"the types of {name}'s parameters")
    found = [] if program is None else [one.parameters for one in asked(program) if one.name == name]
    return None if program is None or not found else TypedText(found[0], program.types)


def _program_of(run: str, workflow: str | None) -> Callable[[RunStore], Awaitable[ProgramRecord | None]]:
    async def load(store: RunStore) -> ProgramRecord | None:
        if as_run_id(run) is None and workflow is None:
            return None
        return await store.load_program((await find_run(store, run, workflow)).version)

    return load


async def _load(load: Callable[[RunStore], Awaitable[ProgramRecord | None]], what: str) -> Program | None:
    """A program; None where there is none (as the request itself will tell) or the database cannot be asked."""
    try:
        async with people_store(None) as store:
            await store.connect()
            record = await load(store)
        return None if record is None else program_of(record)
    except RunNotFound:
        return None
    except WarrenError as error:
        err.print(
            f"[yellow]{escape(what)} cannot be looked up[/] ({escape(str(error))}); what can be read as JSON is taken "
            "for JSON. To be independent of types, write JSON: --input '{...}', or '\"3\"' for the text 3",
            highlight=False,
            soft_wrap=True,
        )
        return None
