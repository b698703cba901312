"""Completing actions of runs in this process from elsewhere: what `Warren.complete_action` is for runs on servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary, WeakValueDictionary

from warren.contracts.limits import check_details, check_payload, encode_error
from warren.contracts.task_tokens import read_token
from warren.contracts.values import Json, encode
from warren.engine import check_arrival
from warren.errors import ActionError, InvalidInput, RunNotFound
from warren.testing.driver import EngineDriver

_drivers: WeakValueDictionary[UUID, EngineDriver] = WeakValueDictionary()
_wakers: WeakKeyDictionary[EngineDriver, Callable[[], None]] = WeakKeyDictionary()


def note_run(driver: EngineDriver, wake: Callable[[], None]) -> None:
    """A run goes on in this process; `wake` has whoever carries it out look at it."""
    _drivers[driver.run_id] = driver
    _wakers[driver] = wake


async def complete_action(token: str, result: Any = None) -> None:
    """The action of this task token has succeeded with `result`.

    Raises:
        InvalidInput: the text is no task token.
        RunNotFound: no run in this process has it.
        ActionNotOpen: nobody waits for the attempt any more.
        UnserializableValue: the result cannot be sent.
    """
    encoded = encode(result)
    check_payload(encoded, "the result of an action")
    _answer(token, "the result", result=encoded)


async def fail_action(token: str, error: BaseException | str) -> None:
    """The action of this task token has failed, with an exception or a text. Raises as `complete_action`."""
    _answer(token, "the error", error=encode_error(ActionError(error) if isinstance(error, str) else error))


async def heartbeat_action(token: str, details: Any) -> None:
    """The action of this task token is at `details`. Raises as `complete_action`."""
    driver, encoded = _driver_of(token), encode(details)
    check_details(encoded)
    check_arrival(driver.executable, encoded, "the details")
    _told(driver, is_taken=driver.progress_elsewhere(token, encoded) is not None)


def _answer(token: str, what: str, *, result: Json = None, error: Json = None) -> None:
    driver = _driver_of(token)
    check_arrival(driver.executable, error or result, what)
    _told(driver, is_taken=driver.answer_elsewhere(token, result=result, error=error) is not None)


def _told(driver: EngineDriver, *, is_taken: bool) -> None:
    """Have the run go on; raise where it has not taken the event, and has no same one in its history."""
    if not is_taken:
        event = driver.ignored[-1]
        if not any(event.is_recorded_as(row.event) for row in driver.history):
            raise event.not_taken()
    _wakers[driver]()


def _driver_of(token: str) -> EngineDriver:
    try:
        run_id = read_token(token).run_id
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    driver = _drivers.get(run_id)
    if driver is None:
        raise RunNotFound(f"no run in this process has the id {run_id}")
    return driver
