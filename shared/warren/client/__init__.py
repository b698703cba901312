"""The client: starting runs, waiting for them and looking at them, from any Python program."""

from warren.client.client import Warren
from warren.client.default import default_client
from warren.client.handle import ClientRunHandle
from warren.client.histories import HistoryEntry
from warren.client.run_lists import DescribedRun
from warren.contracts.run_views import FrameView, RunView, StrandView, WaitView

__all__ = [
    "ClientRunHandle",
    "DescribedRun",
    "FrameView",
    "HistoryEntry",
    "RunView",
    "StrandView",
    "WaitView",
    "Warren",
    "default_client",
]
