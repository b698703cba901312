"""Completing actions from elsewhere, with whatever client there is: of servers, of `warren dev`, or of a test."""

from __future__ import annotations

from typing import Any

from warren.sdk.client_factory import default_client


async def complete_action(token: str, result: Any = None) -> None:
    """The action of this task token has succeeded with `result`. Raises what `Warren.complete_action` does."""
    await default_client().complete_action(token, result)


async def fail_action(token: str, error: BaseException | str) -> None:
    """The action of this task token has failed, with an exception or a text. Raises what `Warren.fail_action` does."""
    await default_client().fail_action(token, error)


async def heartbeat_action(token: str, details: Any) -> None:
    """The action of this task token is at `details`. Raises what `Warren.heartbeat_action` does."""
    await default_client().heartbeat_action(token, details)
