"""What comes to a run from outside: values, and requests about the run. Each rule says whether it changes anything."""

from __future__ import annotations

from typing import Any

from warren.contracts import messages as m
from warren.contracts.values import decode
from warren.engine.program.executable import Executable
from warren.engine.run.state import PendingUpdate, RunState
from warren.engine.run.updates import add_reply
from warren.engine.values.futures import Answers
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.engine.values.sizes import memory_size
from warren.errors import InvalidInput
from warren.ir.depth import check_depth


def decoded(executable: Executable, data: m.Json) -> Any:
    """A value that an event brings.

    Raises:
        InvalidInput: it is ill-formed, which the workflow can catch.
        Stop: code of the user's that makes it (a `__hash__`) raised something.
    """
    try:
        return decode(data, executable.types)
    except (InvalidInput, RecursionError, MemoryError):
        raise
    except Exception as error:
        raise Stop(error) from error


def check_arrival(executable: Executable, data: m.Json, what: str) -> Any:
    """Plain or tagged JSON from elsewhere as the run will read it; `what` names it.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        check_depth(data)
        with executable.budget.unlimited():  # for the `__hash__` of the user's classes
            return decode(data, executable.types)
    except BaseException as error:  # the user's `__hash__` may raise anything
        if ends_the_process(error):
            raise
        why = str(error) if isinstance(error, InvalidInput) else f"{type(error).__name__}: {error}"[:200]
        raise InvalidInput(f"{what} cannot be read: {why}") from error


def arrived(run: RunState, value: Any) -> Any:
    """A value from outside, which is part of the run's cost from now on."""
    size = memory_size([value], lambda _: None)
    run.cost += size
    run.unmeasured += size
    return value


def take_over(executable: Executable, run: RunState, carried: m.Carried) -> None:
    """Put what the run has from the one before it where that had it."""
    run.previous = carried.previous
    run.requests = dict.fromkeys(carried.requests)
    for name, payloads in carried.mailboxes.items():
        for payload in payloads:
            value = arrived(run, decoded(executable, payload))
            executable.deliver(run.instance, executable.requests.signals[name], value)


def take_signal(executable: Executable, run: RunState, event: m.SignalReceived) -> bool:
    """A signal lies in its mailbox, or its handler takes it; false for one that was taken before or is unknown."""
    signal, number = executable.requests.signals.get(event.name), event.subject
    if signal is None or number in run.requests:
        return False
    try:
        payload = arrived(run, decoded(executable, event.payload))
    except InvalidInput:
        return False
    run.note_request(number)
    try:
        executable.deliver(run.instance, signal, payload)
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the user's handler may raise anything; the run fails with it
        executable.ending.failed(error)
    return True


def take_update(executable: Executable, run: RunState, event: m.UpdateRequested) -> bool:
    """A new update runs: at once, or as a task of its own. Who asks for one again waits for the same answer."""
    update, number = executable.requests.updates.get(event.name), event.subject
    if number in run.updates:
        return add_reply(run.updates[number], event.reply)
    if update is None or number in run.requests:
        return False
    try:
        values = {name: arrived(run, decoded(executable, value)) for name, value in event.arguments.items()}
    except InvalidInput:
        return False
    run.note_request(number)
    run.updates[number] = pending = PendingUpdate(event.id, event.name)
    add_reply(pending, event.reply)
    try:
        made = executable.call(update.method, run.instance, values)
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the user's method may raise anything; who asked gets it
        executable.updates.raised(number, error)
        return True
    if update.method in executable.functions:
        executable.completion.create_task(made).waiters.append(Answers(number))
    else:
        executable.updates.returned(number, made)
    return True
