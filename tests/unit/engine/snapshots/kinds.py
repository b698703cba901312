"""Workflows that hold, at an `await`, an object of each kind that a snapshot knows."""

from __future__ import annotations

BODIES = {
    "views and iterators": """
        d = {'a': 1}
        kept = [d.keys(), d.values(), d.items(), iter(collections.deque([1, 2])), iter(lambda: 1, 2), iter(Squares())]
        kept += [iter((1, 2)), reversed([1, 2]), iter(d), enumerate('ab'), zip('ab')]
        kept += [map(helper, [1]), filter(None, 'a')]
        await act()
        return len(kept)
        """,
    "itertools": """
        groups = itertools.groupby('aab')
        kept = [next(groups), groups, itertools.chain([1], [2]), itertools.islice([1, 2, 3], 2), itertools.count(5)]
        kept += [itertools.accumulate([1, 2]), itertools.cycle([1, 2]), itertools.repeat(1, 3)]
        kept += [itertools.starmap(pow, [(2, 3)]), itertools.takewhile(bool, [1, 0]), itertools.dropwhile(bool, [1, 0])]
        kept += [itertools.filterfalse(None, [1, 0]), itertools.compress('ab', [1, 0]), itertools.pairwise('abc')]
        kept += [itertools.zip_longest('ab', 'c'), itertools.product('ab', 'c'), itertools.tee('ab')]
        await act()
        return len(kept)
        """,
    "callables": """
        word = 'x'
        kept = [functools.partial(helper, 1), operator.itemgetter(1), operator.attrgetter('a.b')]
        kept += [operator.methodcaller('split', ','), lambda: word, helper, [1].append, len]
        await act()
        return len(kept)
        """,
    "containers": """
        kept = [[1], (1, 2), {'k': 1}, {1, 2}, frozenset([1]), collections.Counter('aab')]
        kept += [collections.deque([1], maxlen=2), collections.OrderedDict(a=1), collections.defaultdict(list, a=[1])]
        await act()
        return len(kept)
        """,
    "immutable values": """
        day = datetime.date(2024, 2, 29)
        kept = [datetime.timezone(datetime.timedelta(hours=2), 'there'), zoneinfo.ZoneInfo('UTC'), slice(1, 2)]
        kept += [decimal.Decimal('1.5').as_tuple(), day.isocalendar(), Box, type(ValueError()), type(iter([])), day]
        kept += [1.5, 10 ** 20, 'long' * 200, b'bytes', 1j, range(3), uuid.UUID(int=1), Color.RED]
        if not kept:
            unbound = 1
        await act()
        return len(kept)
        """,
    "instances and errors": """
        kept = [Box(1), Point(x=1), ValueError('v'), Trouble('t'), ExceptionGroup('g', [KeyError('k')])]
        try:
            raise kept[2] from kept[3]
        except ValueError:
            pass
        await act()
        return len(kept)
        """,
    "a child run": """
        call = Other().run(1)
        task = asyncio.create_task(Other().run(2))
        await act()
        return await task + await call
        """,
    "a gather, a timeout, a nap": """
        later = asyncio.sleep(5, 'late')
        async with asyncio.timeout(60):
            return await asyncio.gather(act(1), waiting(2), asyncio.sleep(1, 3), return_exceptions=True)
        """,
    "a task group that is left": """
        async with asyncio.TaskGroup() as group:
            group.create_task(act(1))
            group.create_task(waiting(2))
        """,
    "a callback": """
        task = asyncio.create_task(act(1))
        task.add_done_callback([].append)
        return await task
        """,
    "a wait_for": """
        return await asyncio.wait_for(waiting(1), 30)
        """,
    "turns that are left": """
        first = asyncio.create_task(asyncio.sleep(0))
        both = asyncio.gather(first, act(1))
        await asyncio.sleep(0)
        second = asyncio.create_task(asyncio.sleep(0))
        await asyncio.sleep(0)
        third = asyncio.create_task(act(3))
        for n in range(999):
            warren.log('x')
        await act(2)
        return [await both, await second, await third]
        """,
    "a class that the program does not name": """
        try:
            await act('fails')
        except Exception as error:
            kept = type(error)
        await act()
        return kept.__name__
        """,
    "a child with terms, and something asked of it": """
        child = await Other().start(1, _key='k', _parent_close_policy='terminate')
        await asyncio.gather(child.signal('x', 1), child.result())
        """,
    "a retry that waits": """
        return await self.run_action(act('fails'), retry=RetryPolicy(attempts=3, backoff_seconds=5))
        """,
}
MORE = """
import warren
from pydantic import BaseModel

def helper(x):
    return x + 1

async def waiting(x):
    return (await act(x)) * 2

class Trouble(LookupError):
    pass

class Point(BaseModel):
    x: int

@dataclass
class Squares:
    def __getitem__(self, index):
        return index * index

@workflow
class Other(Workflow):
    name = __name__ + "_other"

    async def run(self, n: int) -> int:
        return await act(n)
"""
