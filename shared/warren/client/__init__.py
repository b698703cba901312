"""The client: starting runs, waiting for them and looking at them, from any Python program."""

from warren.client.client import Warren
from warren.client.default import default_client
from warren.client.handle import ClientRunHandle
from warren.client.histories import HistoryEntry

__all__ = ["ClientRunHandle", "HistoryEntry", "Warren", "default_client"]
