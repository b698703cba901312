"""`register`, `start`, `signal`, `query` and `update`: what is sent to the servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from warren.client import ClientRunHandle
from warren.contracts.messages import Json, RunFinished
from warren.contracts.plain import to_plain
from warren.errors import RegistrationRefused
from warren.runtime.event_loop import run_async
from warren_cli.attributes import parse_attributes, parse_memo
from warren_cli.failures import INTERRUPTED
from warren_cli.inputs import depends_on_types, is_json, load_workflows, parse_input, parse_run_id, parse_value
from warren_cli.interrupts import interrupts, unless_interrupted
from warren_cli.output import err, out, print_goes_on, print_json, print_outcome, write
from warren_cli.progress import shown
from warren_cli.registered_types import PAYLOAD, types_of_query, types_of_signal, types_of_start, types_of_update
from warren_cli.servers import people_client

_COMPILER_SECONDS: Final = 5.0


def register(modules: Sequence[str], *, as_json: bool) -> int:
    """Publish the programs of modules."""
    workflows = load_workflows(modules)

    async def send() -> dict[str, str]:
        async with people_client() as client:
            return await client.register(*workflows, timeout=2 * _COMPILER_SECONDS)

    try:
        versions = run_async(send())
    except RegistrationRefused as error:
        _print_versions(error.versions, as_json=as_json)
        raise
    _print_versions(versions, as_json=as_json)
    return 0


def _print_versions(versions: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(dict(versions))
        return
    for name, version in versions.items():
        out.print(f"[bold]{name}[/] {version[:12]}", highlight=False)


def start(
    workflow: str,
    parts: Sequence[str],
    *,
    key: str | None,
    run_id: str | None,
    version: str | None,
    attributes: Sequence[str],
    memo: Sequence[str],
    wait: bool,
    as_json: bool,
) -> int:
    """Start a run, and wait for it if asked to."""
    wanted = parse_run_id(run_id)
    given, noted = parse_attributes(attributes), parse_memo(memo)

    async def send() -> int:
        typed = await types_of_start(workflow, version) if depends_on_types(parts) else None
        arguments = parse_input(parts, typed)
        async with people_client() as client:
            handle = await client.start_encoded(
                workflow,
                arguments,
                key=key,
                run_id=wanted,
                version=version,
                attributes=given,
                memo=noted,
                accepted=True,
                accept_timeout=_COMPILER_SECONDS,
            )
            if not handle.is_accepted:
                err.print(
                    "[yellow]the start is safe in the broker, but no compiler has taken it yet[/] (warren compiler)"
                    + ("; its id is another one if the key is used already" if key else "")
                )
            if wait:
                outcome = await _outcome(handle)
                return INTERRUPTED if outcome is None else print_outcome(outcome, as_json=as_json)
            if as_json:
                started = {"run_id": str(handle.id), "workflow": workflow, "key": key, "accepted": handle.is_accepted}
                print_json(started)
            else:
                write(f"{handle.id}\n")
            return 0

    return run_async(send())


async def _outcome(handle: ClientRunHandle) -> RunFinished | None:
    """The run's end; None when the wait for it was interrupted."""
    with interrupts(lambda: None) as interrupted:
        async with shown(handle.id, handle.workflow, None):
            outcome = await unless_interrupted(interrupted, handle.outcome())
    if outcome is None:
        print_goes_on(handle.id)
    return outcome


def signal(
    run: str, name: str, payload: str | None, *, workflow: str | None, signal_id: str | None, as_json: bool
) -> int:
    """Send a signal to a run."""

    async def send() -> None:
        typed = await types_of_signal(run, workflow, name) if payload is not None and is_json(payload) else None
        data = None if payload is None else parse_value(payload, typed, name=PAYLOAD)
        async with people_client() as client:
            await client.signal_encoded(run, name, data, workflow=workflow, id=signal_id)

    run_async(send())
    if as_json:
        print_json({"run": run, "signal": name, "received": True})
    else:
        out.print(f"run {run} has received the signal {name}", highlight=False, markup=False)
    return 0


def query(run: str, name: str, parts: Sequence[str], *, workflow: str | None) -> int:
    """Ask a run something."""

    async def ask() -> Json:
        typed = await types_of_query(run, workflow, name) if depends_on_types(parts) else None
        arguments = parse_input(parts, typed)
        async with people_client() as client:
            return await client.query_encoded(run, name, arguments, workflow=workflow)

    print_json(to_plain(run_async(ask())))
    return 0


def update(
    run: str, name: str, parts: Sequence[str], *, workflow: str | None, update_id: str | None, timeout: float
) -> int:
    """Have a run do something, and print its answer."""

    async def ask() -> Json:
        typed = await types_of_update(run, workflow, name) if depends_on_types(parts) else None
        arguments = parse_input(parts, typed)
        async with people_client() as client:
            return await client.update_encoded(run, name, arguments, workflow=workflow, id=update_id, timeout=timeout)

    print_json(to_plain(run_async(ask())))
    return 0
