"""The client for programs without an event loop: scripts, threads, Django. `with Warren() as client`.

Its methods are those of `warren.client`, without `await`: one background thread of each client does the waiting.
"""

from warren.sync.client import Warren
from warren.sync.handle import RunHandle

__all__ = ["RunHandle", "Warren"]
