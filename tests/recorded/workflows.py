"""The workflows that a release records. They may change with the next one: what is recorded has its own programs."""

from __future__ import annotations

import asyncio
import collections
import datetime
import decimal
import enum
import ipaddress
import itertools
import pathlib
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, PlainSerializer, field_validator
from pydantic_core import core_schema

import warren
from warren import (
    ChildTimeout,
    RetryPolicy,
    RunKeyTaken,
    RunNotFound,
    Signal,
    Workflow,
    action,
    query,
    run_handle,
    signal,
    update,
    workflow,
)


@action
async def fetch(key: str) -> Any: ...


@action
async def store(value: Any) -> Any: ...


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Stamp(BaseModel):
    at: datetime.datetime
    size: Size = Size.SMALL


@dataclass
class Parcel:
    weight: float
    stamps: list[Stamp]

    def heavier(self, by: float) -> Parcel:
        return Parcel(self.weight + by, self.stamps)


class TooHeavy(ValueError):
    pass


@workflow
class RecordedSteps(Workflow):
    name = "recorded_steps"

    async def run(self, keys: list[str], most: int = 3) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, key in enumerate(keys):
            if number >= most:
                break
            try:
                found[key] = await self.run_action(fetch(key), retry=RetryPolicy(attempts=2, backoff_seconds=5))
            except LookupError as error:
                found[key] = str(error)
            else:
                await store([key, found[key]])
        return found


@workflow
class RecordedTasks(Workflow):
    name = "recorded_tasks"

    async def work(self, key: str) -> str:
        return f"{key}={await fetch(key)}"

    async def run(self) -> list[Any]:
        first = asyncio.create_task(self.work("a"))
        async with asyncio.TaskGroup() as group:
            second = group.create_task(self.work("b"))
            group.create_task(store("c"))
        late = None
        try:
            late = await asyncio.wait_for(self.work("never"), 30)
        except TimeoutError:
            late = "late"
        async with asyncio.timeout(60):
            both = await asyncio.gather(self.work("d"), fetch("e"), return_exceptions=True)
        return [await first, second.result(), late, both]


@workflow
class RecordedMeetings(Workflow):
    name = "recorded_meetings"

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue(1)
        self.lock = asyncio.Lock()
        self.ready = asyncio.Condition()
        self.notes: list[Any] = []

    async def consume(self, limit: asyncio.Semaphore) -> None:
        while (key := await self.queue.get()) != "end":
            async with limit, self.lock:
                self.notes.append(await fetch(key))
            async with self.ready:
                self.ready.notify_all()
            self.queue.task_done()

    async def run(self) -> list[Any]:
        consumer = asyncio.create_task(self.consume(asyncio.Semaphore(2)))
        consumer.add_done_callback(lambda task: self.notes.append(task.cancelled()))
        for key in ("a", "b", "c"):
            await self.queue.put(key)
        async with self.ready:
            await self.ready.wait_for(lambda: len(self.notes) > 1)
        await asyncio.shield(self.queue.join())
        done, pending = await asyncio.wait([asyncio.create_task(fetch("d")), consumer], timeout=30)
        self.notes.append([len(done), len(pending), *[await one for one in asyncio.as_completed(done)]])
        await self.queue.put("end")
        await consumer
        return self.notes


@workflow
class RecordedChild(Workflow):
    name = "recorded_child"

    async def run(self, n: int) -> int:
        return n * await fetch("factor")


@workflow
class RecordedChildren(Workflow):
    name = "recorded_children"

    async def run(self) -> list[Any]:
        done = await RecordedChild().run(2)
        try:
            await asyncio.wait_for(RecordedChild().run(3), 10)
        except TimeoutError:
            done = -done
        try:
            await RecordedChild().run(4)
        except TooHeavy as error:
            return [done, str(error)]
        return []


@workflow
class RecordedRelations(Workflow):
    name = "recorded_relations"

    async def run(self, other: str) -> list[Any]:
        child = await RecordedChild().start(5, _key="five", _parent_close_policy="terminate")
        await RecordedChild().start(6, _parent_close_policy="abandon")
        await child.signal("count", {"n": 1})
        found: list[Any] = []
        try:
            await run_handle(other).cancel("no longer wanted")
        except RunNotFound as error:
            found.append(str(error))
        try:
            await RecordedChild().start(7, _key="five")
        except RunKeyTaken as error:
            found.append(str(error))
        found.append(await RecordedChild().run(8, _retry=RetryPolicy(attempts=2, backoff_seconds=5)))  # type: ignore[call-arg]  # an option of a child
        try:
            await RecordedChild().run(9, _execution_timeout=60)  # type: ignore[call-arg]  # an option of a child
        except ChildTimeout:
            found.append("late")
        await asyncio.gather(child.result(), fetch("end"))
        return found


@workflow
class RecordedValues(Workflow):
    name = "recorded_values"

    async def run(self, given: Any = None) -> Any:
        kept = await fetch("values")
        sent = [*kept, given, (1, "two"), {3}, frozenset([4]), b"five", 6j, range(7), 1 << 70, {8: "eight"}]
        await store(sent)
        return [sent, [repr(value) for value in kept]]


@workflow
class RecordedObjects(Workflow):
    name = "recorded_objects"

    async def run(self, parcel: Parcel) -> Any:
        total = 0.0

        def add(weight: float) -> float:
            nonlocal total
            total += weight
            return total

        pairs = itertools.pairwise([parcel, parcel.heavier(1), parcel.heavier(by=2)])
        counted: collections.Counter[str] = collections.Counter()
        for light, heavy in pairs:
            add(heavy.weight - light.weight)
            counted[await fetch("label")] += 1
        letters = iter("abc")
        next(letters)
        try:
            if total > 1:
                raise TooHeavy(total, parcel)
        except TooHeavy as error:
            kept = error
            await store(error)
        return [total, counted, list(letters), parcel.stamps[0].size, str(kept), await store(heavy)]


@workflow
class RecordedClock(Workflow):
    name = "recorded_clock"

    async def run(self, naps: int) -> list[Any]:
        begun = warren.now()
        for number in range(naps):
            await asyncio.sleep(60 * (number + 1))
            warren.log(f"nap {number}", level="info")
        return [warren.now() - begun, warren.uuid4(), warren.random()]


@workflow
class RecordedWide(Workflow):
    name = "recorded_wide"

    async def run(self) -> int:
        return len(await asyncio.gather(*[asyncio.sleep(1) for _ in range(1_010)]))


@workflow
class RecordedCancelled(Workflow):
    name = "recorded_cancelled"

    async def run(self) -> None:
        try:
            await fetch("slow")
        finally:
            await store("cleaned up")


@workflow
class RecordedLeases(Workflow):
    name = "recorded_leases"

    async def run(self) -> str:
        await fetch("long")
        try:
            await fetch("deadly")
        except warren.WorkerLost as error:
            return str(error)
        return "alive"


@workflow
class RecordedRejected(Workflow):
    name = "recorded_rejected"

    async def run(self) -> None:
        await fetch("poison")


@workflow
class RecordedConcurrent(Workflow):
    name = "recorded_concurrent"
    concurrent = True

    async def run(self, n: int) -> int:
        a = await fetch("a")
        b = await fetch("b")
        if n > 1:
            a = a + await store(b)
        return int(a + b)


class Pair(NamedTuple):
    left: int
    right: str


class Name(str):
    """A subclass of one of Python's types."""


class Token:
    """A class that pydantic can make and write."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda token: token.text),
        )


class Celsius:
    """A class that tells pydantic nothing."""

    def __init__(self, degrees: float) -> None:
        self.degrees = degrees


class Reading(BaseModel, arbitrary_types_allowed=True):
    degrees: Annotated[
        Celsius,
        BeforeValidator(lambda value: value if isinstance(value, Celsius) else Celsius(value)),
        PlainSerializer(lambda value: value.degrees),
    ]


class Email(BaseModel):
    address: str
    _domain: str = ""

    @field_validator("address")
    @classmethod
    def lower(cls, value: str) -> str:
        return value.lower()

    def model_post_init(self, context: Any) -> None:
        self._domain = self.address.partition("@")[2]


@workflow
class RecordedForeign(Workflow):
    name = "recorded_foreign"

    async def run(self, email: Email) -> Any:
        kept = await fetch("foreign")
        await store([email, kept])
        return [email, kept, kept[0].left, kept[1] == kept[1], {kept[2]: 1}]


@workflow
class RecordedSignals(Workflow):
    """A mailbox, handlers, a condition and a query."""

    name = "recorded_signals"
    parcels = Signal[Parcel]()

    def __init__(self) -> None:
        self.paid = 0

    @signal
    def pay(self, amount: int) -> None:
        self.paid += amount

    @query
    def owed(self, price: int) -> int:
        return price - self.paid

    async def run(self, price: int) -> Any:
        parcel = await self.parcels.receive()
        try:
            await self.wait_until(lambda: self.paid >= price, timeout=60)
        except TimeoutError:
            return ["too late", parcel]
        return [parcel, await self.parcels.receive(), await fetch("signals"), self.paid]


@workflow
class RecordedUpdates(Workflow):
    """A plain update, one that is answered later, one that raises, and one that the run's end leaves undone."""

    name = "recorded_updates"

    def __init__(self) -> None:
        self.total = 0

    @update
    def add(self, n: int) -> int:
        if n > 100:
            raise ValueError("too much")
        self.total += n
        return self.total

    @add.validator
    def check_add(self, n: int) -> None:
        if n < 0:
            raise ValueError("negative")

    @update
    async def add_fetched(self, key: str) -> int:
        self.total += await fetch(key)
        return self.total

    async def run(self, goal: int) -> int:
        await self.wait_until(lambda: self.total >= goal)
        return self.total


@workflow
class RecordedAttributes(Workflow):
    """Sets, changes and removes what it can be found by, on both sides of an await."""

    name = "recorded_attributes"

    async def run(self, customer: str) -> Any:
        warren.upsert_attributes(customer=customer, amount=5, rate=0.5, ok=True, at=warren.now(), tags=["a", "b"])
        await fetch("attributes")
        warren.upsert_attributes(amount=None, customer="other")
        return await fetch("more")


@workflow
class RecordedPauses(Workflow):
    name = "recorded_pauses"

    async def run(self) -> list[Any]:
        first = self.run_action(fetch("again"), retry=RetryPolicy(attempts=2))
        return await asyncio.gather(first, fetch("one"), asyncio.sleep(60, "slept"))


class Unknown(Exception):
    """No program names it."""


VALUES = [
    *(None, True, 1, 1.5, "text", [1], {"k": 1}, (1, 2), {1, 2}, frozenset([3]), b"bytes", 2j, range(3), 1 << 65),
    *(collections.Counter("aab"), collections.OrderedDict(a=1), collections.defaultdict(list, a=[1])),
    *(collections.deque([1, 2], maxlen=3), {1: "one"}, float("inf"), "half \ud800", decimal.Decimal("1.50")),
    *(datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC), datetime.date(2024, 2, 29), datetime.time(23, 59)),
    *(datetime.timedelta(days=1, seconds=2), uuid.UUID(int=7), pathlib.PurePosixPath("/tmp/x"), Size.LARGE),
    *(Parcel(1.5, []), Stamp(at=datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)), Unknown("why", 1)),
]
"""One of each kind that the engine can compute with."""
FOREIGN = [
    *(Pair(1, "two"), Name("ann"), ipaddress.IPv4Address("10.0.0.1"), Token("t"), Email(address="A@B")),
    Reading(degrees=Celsius(1.5)),
]
"""One of each kind that it keeps whole."""


@workflow
class RecordedElsewhere(Workflow):
    name = "recorded_elsewhere"

    async def run(self) -> Any:
        policy = RetryPolicy(attempts=3, exception_types=["Exception", "ActionTimeout"])
        return await self.run_action(fetch("elsewhere"), retry=policy, timeout=60)


@workflow
class RecordedFresh(Workflow):
    name = "recorded_fresh"
    numbers = Signal[int]()

    async def run(self, total: int = 0) -> Any:
        for _ in range(2):
            total += await self.numbers.receive()
        try:
            warren.continue_as_new(total + warren.history_size())
        finally:
            await fetch("last")
