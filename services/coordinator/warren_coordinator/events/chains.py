"""Requests that reach a run which has continued as new: they are for the run that goes on in its place.

Runs of a chain have one shard, so that what was sent to the one before the other is applied before what was sent to the
other. Must not apply anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from warren.ports import RunStore
from warren.runs.chains import recorded_among
from warren_coordinator.events.batch import Item
from warren_coordinator.run_cache import RunCache


async def follow(items: Sequence[Item], *, cache: RunCache, store: RunStore) -> list[Item]:
    """The items, each as one of the run that it is for. The runs that they are of are in the cache, or known as ended.

    What a run of the chain has taken remains an event of that run, which is known by it.
    """
    return [await _followed(item, store) if is_moved(item, cache) else item for item in items]


def is_moved(item: Item, cache: RunCache) -> bool:
    """Whether an item is for the run that goes on in the place of the one that it is of."""
    return item.event.follows_chain and cache.is_continued(item.event.run_id)


async def _followed(item: Item, store: RunStore) -> Item:
    event = item.event
    recorded = recorded_among(await store.find_in_chain(event.run_id, event.subject, whole=False), event)
    if recorded is not None:
        return Item(item.delivery, recorded)
    last = (await store.last_of_chains([event.run_id]))[event.run_id]
    return Item(item.delivery, event.model_copy(update={"run_id": last.run_id}))
