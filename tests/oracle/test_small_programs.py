"""Small programs about waiting, cancelling and failing: the same natively and in the engine, in several orders."""

from __future__ import annotations

import pathlib

import pytest
from tests.fuzz.running import Runner

PROGRAMS = [
    """
    t = asyncio.create_task(act(1))
    return [await t, await t, t.done(), t.result(), t.cancelled(), t.exception()]
    """,
    """
    t = asyncio.create_task(fail(1))
    out = []
    for i in range(2):
        try:
            await t
        except ValueError as e:
            out.append(repr(e))
    out.append(repr(t.exception()))
    return out
    """,
    """
    c = act(1)
    await c
    try:
        await c
    except RuntimeError as e:
        return str(e)
    """,
    """
    c = helper2(1)
    await c
    try:
        await c
    except RuntimeError as e:
        return str(e)
    """,
    """
    try:
        await 5
    except TypeError as e:
        return str(e)
    """,
    """
    try:
        await None
    except TypeError as e:
        return str(e)
    """,
    """
    try:
        await asyncio.gather(1, 2)
    except TypeError as e:
        return str(e)
    """,
    """
    try:
        asyncio.create_task(5)
    except TypeError as e:
        return str(e)
    """,
    """
    return await asyncio.gather()
    """,
    """
    return await asyncio.gather(return_exceptions=True)
    """,
    """
    g = asyncio.gather(act(1), act(2))
    await asyncio.sleep(0)
    return [await g, await g]
    """,
    """
    g = asyncio.gather(act(1), fail(2), return_exceptions=True)
    r = await g
    return [r[0], repr(r[1])]
    """,
    """
    return await asyncio.gather(asyncio.gather(act(1), act(2)), helper2(3))
    """,
    """
    return await asyncio.wait_for(act(1), 5)
    """,
    """
    return await asyncio.wait_for(helper2(1), None)
    """,
    """
    try:
        await asyncio.wait_for(asyncio.sleep(10), 1)
    except asyncio.TimeoutError as e:
        return [repr(e), isinstance(e, TimeoutError)]
    """,
    """
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0)
    except TimeoutError as e:
        return repr(e)
    """,
    """
    try:
        await asyncio.wait_for(fail(1), 3)
    except ValueError as e:
        return repr(e)
    """,
    """
    try:
        async with asyncio.timeout(1):
            await asyncio.sleep(5)
        return 'no'
    except TimeoutError as e:
        return [repr(e), repr(e.__cause__)]
    """,
    """
    async with asyncio.timeout(1) as cm:
        await asyncio.sleep(0.5)
    return cm.expired()
    """,
    """
    try:
        async with asyncio.timeout(1) as cm:
            try:
                await asyncio.sleep(5)
            finally:
                await act(1)
    except TimeoutError:
        return cm.expired()
    """,
    """
    try:
        async with asyncio.timeout(2):
            async with asyncio.timeout(1):
                await asyncio.sleep(5)
    except TimeoutError:
        return 'inner'
    """,
    """
    try:
        async with asyncio.timeout(1):
            try:
                async with asyncio.timeout(2):
                    await asyncio.sleep(5)
            except TimeoutError:
                return 'wrong'
    except TimeoutError:
        return 'outer'
    """,
    """
    try:
        async with asyncio.timeout(1):
            raise KeyError('x')
    except KeyError as e:
        return repr(e)
    """,
    """
    try:
        async with asyncio.timeout(1):
            await asyncio.sleep(5)
    except TimeoutError:
        await asyncio.sleep(1)
        return await act(3)
    """,
    """
    try:
        async with asyncio.timeout('x'):
            pass
    except TypeError as e:
        return 'type'
    """,
    """
    async with asyncio.timeout(None):
        return await act(1)
    """,
    """
    async with asyncio.timeout(0):
        pass
    return 1
    """,
    """
    try:
        async with asyncio.timeout(0):
            await asyncio.sleep(0)
            await act(1)
    except TimeoutError:
        return 'late'
    """,
    """
    t = asyncio.create_task(asyncio.sleep(5))
    t.cancel()
    try:
        await t
    except asyncio.CancelledError as e:
        return [repr(e), t.cancelled(), t.done()]
    """,
    """
    t = asyncio.create_task(act(5))
    await t
    return [t.cancel(), t.cancelled()]
    """,
    """
    async def w():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return 'swallowed'
    t = asyncio.create_task(w())
    await asyncio.sleep(0)
    t.cancel()
    return [await t, t.cancelled()]
    """,
    """
    async def w():
        try:
            await asyncio.sleep(5)
        finally:
            await act(1)
    t = asyncio.create_task(w())
    await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        return t.cancelled()
    """,
    """
    t = asyncio.create_task(helper2(1))
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        return 'never started'
    """,
    """
    t = asyncio.create_task(asyncio.sleep(5))
    try:
        t.result()
    except asyncio.InvalidStateError as e:
        r = str(e)
    t.cancel()
    return r
    """,
    """
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(act(1))
        b = tg.create_task(helper2(2))
    return [a.result(), b.result()]
    """,
    """
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fail(1))
            tg.create_task(asyncio.sleep(5))
    except ExceptionGroup as e:
        return [str(e), repr(e.exceptions)]
    """,
    """
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(asyncio.sleep(5))
            raise KeyError(1)
    except ExceptionGroup as e:
        return [str(e), repr(e.exceptions)]
    """,
    """
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fail(1))
            await asyncio.sleep(5)
    except ExceptionGroup as e:
        return [str(e), repr(e.exceptions)]
    """,
    """
    async with asyncio.TaskGroup() as tg:
        t = tg.create_task(asyncio.sleep(5))
        t.cancel()
    return t.cancelled()
    """,
    """
    async with asyncio.TaskGroup() as tg:
        async def more():
            tg.create_task(act(7))
            return await act(8)
        t = tg.create_task(more())
    return t.result()
    """,
    """
    async with asyncio.TaskGroup() as tg:
        pass
    try:
        tg.create_task(act(1))
    except RuntimeError as e:
        return 'finished'
    """,
    """
    async def f():
        async with asyncio.TaskGroup() as tg:
            t = tg.create_task(act(1))
            return 5
    return await f()
    """,
    """
    out = []
    for i in range(3):
        async with asyncio.TaskGroup() as tg:
            t = tg.create_task(act(i))
            if i == 1:
                continue
        out.append(t.result())
    return out
    """,
    """
    try:
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as tg:
                tg.create_task(asyncio.sleep(5))
    except TimeoutError:
        return 'timeout'
    """,
    """
    try:
        await asyncio.wait_for(asyncio.gather(asyncio.sleep(5), asyncio.sleep(6)), 1)
    except TimeoutError:
        return 'timeout'
    """,
    """
    await asyncio.sleep(1, 'x')
    return await asyncio.sleep(0, 'y')
    """,
    """
    try:
        await asyncio.sleep('x')
    except TypeError as e:
        return 'type'
    """,
    """
    return await asyncio.sleep(-1, 3)
    """,
    """
    order = []
    async def a(n):
        for i in range(3):
            order.append((n, i))
            await asyncio.sleep(0)
    await asyncio.gather(a(1), a(2), a(3))
    return order
    """,
    """
    order = []
    async def a(n):
        order.append(n)
    ts = [asyncio.create_task(a(i)) for i in range(3)]
    order.append('main')
    await asyncio.sleep(0)
    order.append('after')
    for t in ts:
        await t
    return order
    """,
    """
    order = []
    async def a(n):
        order.append(n)
        await act(n)
        order.append(-n)
    t = asyncio.create_task(a(1))
    await a(2)
    await t
    return sorted(order)
    """,
    """
    async def a():
        raise KeyError('k')
    try:
        await a()
    except LookupError as e:
        return repr(e)
    else:
        return 1
    finally:
        await act(1)
    """,
    """
    out = []
    try:
        try:
            await fail(1)
        except ValueError as e:
            out.append(repr(e))
            raise KeyError(2) from e
        finally:
            out.append(await act(3))
    except KeyError as e:
        out.append(repr(e.__cause__))
    return out
    """,
    """
    async def f(n):
        try:
            return await act(n)
        finally:
            if n > 1:
                return 'override'
    return [await f(1), await f(2)]
    """,
    """
    out = []
    for i in range(4):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            out.append(await act(i))
        finally:
            out.append(await act(-i))
    else:
        out.append('else')
    return out
    """,
    """
    i = 0
    while True:
        try:
            i += 1
            await fail(i)
        except ValueError:
            if i < 3:
                continue
            break
        finally:
            await act(i)
    return i
    """,
    """
    try:
        raise 5
    except TypeError as e:
        return str(e)
    """,
    """
    try:
        raise ValueError from 5
    except TypeError as e:
        return str(e)
    """,
    """
    try:
        try:
            await act(1)
        except 5:
            pass
        return 'fine'
    except TypeError as e:
        return str(e)
    """,
    """
    try:
        try:
            await fail(1)
        except 5:
            pass
    except TypeError as e:
        return str(e)
    """,
    """
    e = 5
    try:
        await fail(1)
    except ValueError as e:
        pass
    try:
        return e
    except UnboundLocalError as err:
        return str(err)
    """,
    """
    assert await act(1) == 1, 'one'
    try:
        assert await act(1) == 2, await act(5)
    except AssertionError as e:
        return e.args
    """,
    """
    x = [1, 2, 3]
    x[await act(1)] += await act(10)
    return x
    """,
    """
    d = {}
    d[await act('a')] = d[await act('b')] = await act(1)
    return d
    """,
    """
    return [await act(i) for i in range(3) if await act(i) != 1]
    """,
    """
    return {await act(i): await act(i * 2) for i in range(3)}
    """,
    """
    return sorted({await act(i % 2) for i in range(4)})
    """,
    """
    return [await act(a + b) for a in range(2) for b in await act([1, 2])]
    """,
    """
    return (await act(1)) < (await act(2)) < (await act(1))
    """,
    """
    return (await act(0)) and (await act(2)) or (await act(3))
    """,
    """
    return (await act(1)) if (await act(0)) else (await act(2))
    """,
    """
    return f'{await act(1)!r:>5}-{await act("x"):^7}-{(await act(2)) + 1}'
    """,
    """
    f = lambda a, *b, **c: (a, b, c)
    return f(await act(1), *await act([2, 3]), k=await act(4), **await act({'z': 5}))
    """,
    """
    if (n := await act(5)) > 3 and (m := await act(n + 1)):
        return [n, m]
    """,
    """
    while (n := await act(1)) > 3:
        pass
    else:
        return n
    """,
    """
    match await act([1, 2, 3]):
        case [a, *rest] if await act(a) == 1:
            return [a, rest]
    """,
    """
    for x in await act([1, 2]):
        if await act(x) == 5:
            break
    else:
        return 'none'
    """,
    """
    del (await act([1]))[0]
    return 'deleted'
    """,
    """
    a, b = await act((1, 2))
    (c, *d), e = await act(((3, 4, 5), 6))
    return [a, b, c, d, e]
    """,
    """
    x = y = await act([1])
    x.append(2)
    return y
    """,
    """
    def gen(n):
        return [lambda: i for i in range(n)]
    return [f() for f in gen(3)]
    """,
    """
    fs = []
    for i in range(3):
        fs.append(lambda: i)
        await act(i)
    return [f() for f in fs]
    """,
    """
    fs = []
    for i in range(3):
        async def f(x=i):
            return await act(x + i)
        fs.append(f)
    return [await f() for f in fs]
    """,
    """
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return [inc(), await act(inc()), inc(), n]
    """,
    """
    async def rec(n):
        return 0 if n == 0 else await act(n) + await rec(n - 1)
    return await rec(4)
    """,
    """
    try:
        return undefined_local
    except NameError as e:
        return str(e)
    undefined_local = 1
    """,
    """
    it = iter([1, 2, 3])
    out = []
    for x in it:
        out.append([x, await act(next(it, None))])
    return out
    """,
    """
    d = {'a': 1}
    try:
        for k in d:
            d[k + 'x'] = await act(1)
    except RuntimeError as e:
        return str(e)
    """,
    """
    xs = [3, 1, 2]
    xs.sort(key=lambda v: -v)
    return [xs, sorted(xs, key=lambda v: (v % 2, v))]
    """,
]


@pytest.mark.parametrize("program", range(len(PROGRAMS)))
def test_a_small_program(tmp_path: pathlib.Path, program: int) -> None:
    verdict = Runner(tmp_path, orders=3).check_text(f"small_{program}", PROGRAMS[program])
    assert verdict.outcome == "same", verdict.detail
