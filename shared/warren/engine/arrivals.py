"""What comes to a run from outside: values, and requests about the run. Each rule says whether it changes anything."""

from __future__ import annotations

from typing import Any

from warren.contracts import messages as m
from warren.contracts.values import decode
from warren.engine.program.executable import Executable
from warren.engine.run.state import RunState
from warren.engine.values.limits import Stop
from warren.engine.values.sizes import memory_size
from warren.errors import InvalidInput


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


def arrived(run: RunState, value: Any) -> Any:
    """A value from outside, which is part of the run's cost from now on."""
    size = memory_size([value], lambda _: None)
    run.cost += size
    run.unmeasured += size
    return value


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
