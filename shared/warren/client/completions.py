"""Completing actions from elsewhere: what a client says about an attempt whose task token it was given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from warren.client.request_sender import RequestSender
from warren.contracts.limits import encode_error
from warren.contracts.messages import Json
from warren.contracts.values import encode


class ActionCompletions(ABC):
    """The part of `Warren` that completes actions which have raised `CompleteLater`, or soon will."""

    _requests: RequestSender

    @abstractmethod
    def _check_open(self) -> None:
        """Raise `BrokerUnavailable` unless the client is connected."""

    async def complete_action(self, token: str, result: Any = None, *, timeout: float | None = 30.0) -> None:
        """The action of this task token has succeeded with `result`. Returns when its run has it.

        The same completion twice is one.

        Raises:
            InvalidInput: the text is no task token.
            ActionNotOpen: nobody waits for the attempt any more: it was answered otherwise, has timed out, or was
                cancelled.
            RunNotFound: there is no such run.
            RunEnded: the run has ended.
            UnserializableValue: the result cannot be sent.
            TimeoutError: no answer came within `timeout` seconds; the result may arrive yet.
        """
        await self.complete_action_encoded(token, encode(result), timeout=timeout)

    async def complete_action_encoded(self, token: str, result: Json = None, *, timeout: float | None = 30.0) -> None:
        """Like `complete_action`, with the result as plain or tagged JSON."""
        self._check_open()
        await self._requests.complete(token, timeout=timeout, result=result)

    async def fail_action(self, token: str, error: BaseException | str, *, timeout: float | None = 30.0) -> None:
        """The action of this task token has failed: with an exception, or with a text, which becomes an `ActionError`.

        It is tried again if its policy says so. Raises what `complete_action` does.
        """
        self._check_open()
        encoded = error if isinstance(error, str) else encode_error(error)
        await self._requests.complete(token, timeout=timeout, error=encoded)

    async def heartbeat_action(self, token: str, details: Any, *, timeout: float | None = 30.0) -> None:
        """The action of this task token is at `details`, which its next attempt finds in its context.

        Each is a transition of the run: not for more than one in some seconds. Raises what `complete_action` does,
        so that you learn when nobody waits any more.
        """
        await self.heartbeat_action_encoded(token, encode(details), timeout=timeout)

    async def heartbeat_action_encoded(self, token: str, details: Json, *, timeout: float | None = 30.0) -> None:
        """Like `heartbeat_action`, with the details as plain or tagged JSON."""
        self._check_open()
        await self._requests.complete(token, timeout=timeout, details=details)
