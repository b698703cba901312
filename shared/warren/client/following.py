"""Following a run: its transitions so far, and each new one as soon as it is made, once and in order.

A coordinator remembers for a while who follows a run, and says where its history ends; what is new is read from the
database. So nothing is lost with a message: whatever tells of a later transition tells of the earlier ones, too. The
follower asks again now and then, which renews what the coordinator remembers, and after a lost connection. Must not
know handles.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final
from uuid import UUID

from warren.client.histories import HistoryEntry, entries_of
from warren.client.outcomes import refusal
from warren.client.replies import Expectation
from warren.contracts import messages
from warren.contracts.messages import RunStatus
from warren.errors import StoreUnavailable
from warren.ports import RunStore, TransitionRow

LEASE_SECONDS: Final = 30.0
"""So long a coordinator remembers a follower that does not ask again."""
RENEW_SECONDS: Final = 5.0
"""So often it asks again: the longest delay after a coordinator has died, or another one has taken over."""
_PAGE: Final = 1_000
_STORE_AGAIN_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


class Following(Expectation):
    """What is known of the end of a run's history. `news` is set whenever that may be more than before."""

    __slots__ = ("error", "has_ended", "news")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.retry_after = RENEW_SECONDS
        self.news = asyncio.Event()
        self.has_ended = False
        self.error: Exception | None = None

    def note_asked(self, now: float) -> None:
        """It was asked for again, and will be after the same time."""
        self.since = now

    def take(self, reply: messages.Reply) -> None:
        """Note where the history ends."""
        if isinstance(reply, messages.Refused):
            self.give_up(refusal(reply))
        elif isinstance(reply, messages.RequestDone):
            self.has_ended = self.has_ended or (isinstance(reply.result, dict) and reply.result.get("ended") is True)
            self.news.set()

    def give_up(self, error: Exception) -> None:
        """Nothing will come any more."""
        super().give_up(error)
        self.error = self.error or error
        self.news.set()


async def follow(
    run_id: UUID, store: RunStore, subscribe: Callable[[], Awaitable[Following]]
) -> AsyncGenerator[HistoryEntry, None]:
    """The transitions of a run until it ends. `subscribe` is called for a run that has not ended yet."""
    run = await store.get_run(run_id)
    following = None if run is not None and run.status is not RunStatus.RUNNING else await subscribe()
    last = 0
    while True:
        has_ended = following is None or following.has_ended
        if following is not None:
            following.news.clear()
        while page := await _read(store, run_id, last, following):
            for entry in entries_of(page):
                last = entry.seq
                yield entry
        if has_ended or following is None:
            return
        await following.news.wait()
        if following.error is not None:
            raise following.error


async def _read(store: RunStore, run_id: UUID, last: int, following: Following | None) -> list[TransitionRow]:
    """What comes after transition `last`; once something was read, a database that is away is waited for."""
    while True:
        try:
            return await store.history(run_id, after_seq=last, limit=_PAGE)
        except StoreUnavailable as error:
            if not last:
                raise
            if following is not None and following.error is not None:
                raise following.error from error
            log.warning("run %s is followed on when the database is back: %s", run_id, error)
            await asyncio.sleep(_STORE_AGAIN_SECONDS)
