"""The exceptions of asyncio that workflow code sees; nothing else of asyncio may be used in the engine."""

from asyncio.exceptions import CancelledError, InvalidStateError

__all__ = ["CancelledError", "InvalidStateError"]
