"""The client: starting runs, waiting for them and looking at them, from any Python program.

Its parts are imported when they are first used: a command line that may only have to refuse something does not wait.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warren.client.client import Warren
    from warren.client.default import default_client
    from warren.client.handle import ClientRunHandle
    from warren.client.histories import HistoryEntry

__all__ = ["ClientRunHandle", "HistoryEntry", "Warren", "default_client"]

_PARTS = {
    "ClientRunHandle": "handle",
    "HistoryEntry": "histories",
    "Warren": "client",
    "default_client": "default",
}

if find_spec("aio_pika") is None:  # said at once, and not when the first run is started
    raise ModuleNotFoundError("No module named 'aio_pika'", name="aio_pika")


def __getattr__(name: str) -> Any:
    if name not in _PARTS:
        raise AttributeError(f"module 'warren.client' has no attribute {name!r}")
    return getattr(import_module(f"warren.client.{_PARTS[name]}"), name)
