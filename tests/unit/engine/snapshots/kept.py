"""Bodies of `run()` and their results, with an eviction at each `await`: what a snapshot must keep."""

from __future__ import annotations

from typing import Any

KEPT: dict[str, tuple[str, Any]] = {
    "aliases": (
        """
        a = [1]
        b = [a, a]
        c = {'a': a, 'b': b}
        await act()
        a.append(2)
        return [b, c, b[0] is b[1], c['b'][0] is a]
        """,
        [[[1, 2], [1, 2]], {"a": [1, 2], "b": [[1, 2], [1, 2]]}, True, True],
    ),
    "cycles": (
        """
        a = [1]
        a.append(a)
        d = {'a': a}
        a.append(d)
        await act()
        return [a[1] is a, a[2] is d, d['a'] is a]
        """,
        [True, True, True],
    ),
    "a cycle through a tuple": (
        """
        a = []
        t = (1, a)
        a.append(t)
        await act()
        return [a[0] is t, t[1] is a, a[0][1][0][0]]
        """,
        [True, True, 1],
    ),
    "a cycle through an instance": (
        """
        b = Box()
        b.value = [b]
        await act()
        return b.value[0] is b
        """,
        True,
    ),
    "closures over one variable": (
        """
        n = 0
        def add(k):
            nonlocal n
            n += k
            return n
        def read():
            return n
        fs = [add, read, lambda: n * 10]
        fs[0](1)
        await act()
        fs[0](2)
        n += 4
        return [n, fs[1](), fs[2](), read()]
        """,
        [7, 7, 70, 7],
    ),
    "closures with defaults": (
        """
        xs = [1]
        f = lambda a, b=xs: (a, b)
        await act()
        xs.append(2)
        return list(f(5)) + [f(0)[1] is xs]
        """,
        [5, [1, 2], True],
    ),
    "closures that hold each other": (
        """
        def even(n):
            return True if n == 0 else odd(n - 1)
        def odd(n):
            return False if n == 0 else even(n - 1)
        await act()
        return [even(10), odd(10)]
        """,
        [True, False],
    ),
    "async closures": (
        """
        n = 1
        async def later(k):
            nonlocal n
            n += await act(k)
            return n
        await act()
        return [await later(2), n]
        """,
        [3, 3],
    ),
    "iterators half way": (
        """
        xs = [1, 2, 3, 4]
        a = iter(xs)
        b = enumerate(a, 10)
        c = zip(xs, 'wxyz')
        d = map(lambda x: x * 2, xs)
        e = filter(None, [0, 1, 0, 2])
        f = reversed(xs)
        g = iter({'k': 1, 'l': 2}.items())
        got = [next(i) for i in (a, b, c, d, e, f, g)]
        await act()
        xs.append(5)
        return [list(map(repr, got)), [repr(next(i)) for i in (a, b, c, d, e, f, g)], list(a)]
        """,
        [
            ["1", "(10, 2)", "(1, 'w')", "2", "1", "4", "('k', 1)"],
            ["3", "(11, 4)", "(2, 'x')", "4", "2", "3", "('l', 2)"],
            [5],
        ],
    ),
    "a loop over what changes": (
        """
        xs = [1, 2, 3]
        out = []
        for x in xs:
            if len(xs) < 5:
                xs.append(await act(x * 10))
            out.append(x)
        return out
        """,
        [1, 2, 3, 10, 20],
    ),
    "bound methods": (
        """
        xs = [1]
        d = {'a': 1}
        fs = [xs.append, d.get, 'a,b'.split, '-'.join, d.items, 'x'.upper, Box(3).doubled, str.lower,
            Box.doubled]
        await act()
        fs[0](2)
        d['b'] = 2
        return [xs, fs[1]('b'), fs[2](','), fs[3](['p', 'q']), list(map(list, fs[4]())), fs[5](), fs[6](),
            fs[7]('Z'), fs[8](Box(4))]
        """,
        [[1, 2], 2, ["a", "b"], "p-q", [["a", 1], ["b", 2]], "X", 6, "z", 8],
    ),
    "methods of an instance that changes": (
        """
        b = Box(1)
        f = b.doubled
        await act()
        b.value = 5
        return [f(), f.__name__ if False else 0]
        """,
        [10, 0],
    ),
    "functions, classes and builtins as values": (
        """
        fs = [helper, Box, len, str, sorted, dict.fromkeys, math.sqrt, ValueError, act]
        await act()
        return [fs[0](1), fs[1](2).value, fs[2]([1]), fs[3](4), fs[4]([2, 1]), fs[5]('a', 1), fs[6](9),
            repr(fs[7](5)), await fs[8](6)]
        """,
        [2, 2, 1, "4", [1, 2], {"a": 1}, 3.0, "ValueError(5)", 6],
    ),
    "sets": (
        """
        s = {3, 1}
        t = frozenset([1, 2])
        both = [s, s, t, {t: 'x'}]
        await act()
        s.add(2)
        return [sorted(both[1]), both[0] is both[1], both[3][frozenset([2, 1])], list(s)]
        """,
        [[1, 2, 3], True, "x", [3, 1, 2]],
    ),
    "errors with causes": (
        """
        try:
            try:
                {}['k']
            except KeyError as inner:
                raise ValueError('outer', 1) from inner
        except ValueError as error:
            kept = [error, error]
        await act()
        return [kept[0] is kept[1], repr(kept[0]), repr(kept[0].__cause__), str(kept[0]),
            isinstance(kept[0], ValueError)]
        """,
        [True, "ValueError('outer', 1)", "KeyError('k')", "('outer', 1)", True],
    ),
    "errors of the user's": (
        """
        try:
            raise Trouble(3, [4])
        except Trouble as error:
            kept = error
        await act()
        kept.args[1].append(5)
        return [repr(kept), kept.args[1], isinstance(kept, LookupError)]
        """,
        ["Trouble(3, [4, 5])", [4, 5], True],
    ),
    "numbers and texts": (
        """
        kept = [2**100, -0.0, float('inf'), 1e-300, True, None, 'é\\u2603', b'\\x00', 1 + 2j, '\\ud800',
            '\\x00', 'a' * 1000]
        await act()
        return [repr(one) for one in kept]
        """,
        [
            "1267650600228229401496703205376",
            "-0.0",
            "inf",
            "1e-300",
            "True",
            "None",
            "'é☃'",
            "b'\\x00'",
            "(1+2j)",
            "'\\ud800'",
            "'\\x00'",
            "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        ],
    ),
    "dates and decimals": (
        """
        import_free = [decimal.Decimal('1.50'), range(3), slice(1, 2) if False else 0]
        await act()
        return [str(import_free[0]), list(import_free[1])]
        """,
        ["1.50", [0, 1, 2]],
    ),
    "keys that are objects": (
        """
        k = (1, (2, 3))
        d = {k: 'a', frozenset([1]): 'b', None: 'c', 1.5: 'd', b'x': 'e'}
        kept = [k, d]
        await act()
        return [kept[1][(1, (2, 3))], kept[1][frozenset([1])], kept[1][None], kept[1][1.5], kept[1][b'x'],
            next(iter(d)) is k]
        """,
        ["a", "b", "c", "d", "e", True],
    ),
    "a deep list": (
        """
        xs = []
        for n in range(5000):
            xs = [xs]
        await act()
        depth = 0
        while xs:
            xs = xs[0]
            depth += 1
        return depth
        """,
        5000,
    ),
    "unbound variables": (
        """
        if False:
            missing = 1
        await act()
        try:
            return missing
        except UnboundLocalError as error:
            return str(error)
        """,
        "cannot access local variable 'missing' where it is not associated with a value",
    ),
    "tasks and gathers": (
        """
        t = asyncio.create_task(act(1))
        g = asyncio.gather(t, act(2), waiting(3))
        u = asyncio.create_task(waiting(4))
        await act()
        return [await u, await g, await t, t.done(), t.result()]
        """,
        [8, [1, 2, 6], 1, True, 1],
    ),
    "calls that nobody awaited yet": (
        """
        calls = [act(1), waiting(2), asyncio.sleep(1, 3), asyncio.wait_for(act(4), 9)]
        await act()
        return [await call for call in calls]
        """,
        [1, 4, 3, 4],
    ),
    "methods of tasks": (
        """
        t = asyncio.create_task(act(7))
        done, result = t.done, t.result
        first = done()
        await act()
        await t
        return [first, done(), result()]
        """,
        [False, True, 7],
    ),
}
MORE = """
def helper(x):
    return x + 1

async def waiting(x):
    return (await act(x)) * 2

class Trouble(LookupError):
    pass
"""
