"""What asyncio has for coordination inside a run, as plain Python that is compiled with the workflow that uses it.

`asyncio.Queue` in a workflow means `Queue` here, and so on: the front end puts the one for the other
(`asyncio_names`). Being workflow code themselves, these need nothing special for turns, cancellation, budgets
and snapshots; under them are the few things of `primitives`. A change here makes another program of every workflow
that uses it, as a change of its own code does. Must not know how it is compiled or run.
"""

from warren.prelude.locks import BoundedSemaphore, Condition, Event, Lock, Semaphore
from warren.prelude.queues import LifoQueue, PriorityQueue, Queue
from warren.prelude.waiting import as_completed, ensure_future, shield, wait

__all__ = [
    "BoundedSemaphore",
    "Condition",
    "Event",
    "LifoQueue",
    "Lock",
    "PriorityQueue",
    "Queue",
    "Semaphore",
    "as_completed",
    "ensure_future",
    "shield",
    "wait",
]
