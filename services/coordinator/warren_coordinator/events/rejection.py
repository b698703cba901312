"""What a run fails with when an event of it cannot be applied, or what came of it cannot be kept or sent.

Its cause is in the engine, in the run's own size, or in the store; each says so in words of its own. Must not know how
events are handled.
"""

from __future__ import annotations

from warren.contracts import messages
from warren.contracts.limits import encode_error
from warren.errors import InternalError, InvalidInput, LimitExceeded, StoreError, WarrenError

_CHARACTERS = 2_000


def rejection(event: messages.RunEvent, error: WarrenError) -> messages.EventRejected:
    """The event that stands in the history for `event`, which could not be applied because of `error`."""
    run_id, kind, subject, attempt = event.identity
    return messages.EventRejected(
        run_id=run_id, rejected=kind, number=subject, attempt=attempt, error=encode_error(error)
    )


def described(event: messages.RunEvent) -> str:
    """The event as people read it: `action_succeeded 7 (attempt 1)`."""
    _, kind, subject, attempt = event.identity
    return kind + (f" {subject}" if subject else "") + (f" (attempt {attempt})" if attempt else "")


def cannot_apply(event: messages.RunEvent, error: BaseException) -> WarrenError:
    """The engine raised."""
    return InternalError(
        f"the run could not go on: applying {described(event)} raised {_brief(error)}. This is a fault of Warren; the "
        "coordinator's log has the traceback, and warren.dead the event"
    )


def took_too_long(event: messages.RunEvent, seconds: float) -> WarrenError:
    """The transition was ended from outside."""
    return LimitExceeded(
        f"the transition after {described(event)} took more than {seconds:g} s to compute; work of that size belongs "
        "into an @action"
    )


def was_fatal(event: messages.RunEvent, reason: str) -> WarrenError:
    """The transition ended the process that computed it."""
    return LimitExceeded(
        f"the transition after {described(event)} cannot be computed: {reason}; work of that size belongs into an "
        "@action"
    )


def cannot_store(event: messages.RunEvent, error: Exception) -> WarrenError:
    """The store takes other transitions, but not this one."""
    text = f"what came of {described(event)} cannot be stored: {_brief(error)}"
    if isinstance(error, InvalidInput | StoreError):
        return InvalidInput(text)
    return InternalError(text)


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_CHARACTERS]
