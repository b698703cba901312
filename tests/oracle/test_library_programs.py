"""Small programs over the standard library: the same natively and in the engine, with snapshots in between."""

from __future__ import annotations

import pathlib
import sys

import pytest
from tests.fuzz.running import Runner

HEAD = """
import base64, bisect, collections, functools, heapq, itertools, json, operator, statistics, string, textwrap
from collections import Counter, OrderedDict, defaultdict, deque
from functools import partial, reduce
from itertools import accumulate, chain, count, cycle, groupby, islice, product, repeat, takewhile, zip_longest
"""
PROGRAMS = [
    "return json.dumps({'b': [1, 2.0, True, None, 'é'], 3: {}, None: ()}, sort_keys=False, indent='\\t')",
    "return [json.loads('[1, 1.0, 1e2, \"x\", null, true, {}]'), json.loads(b'{\"a\": 1}'), json.loads(' 5 ')]",
    """
    out = []
    for text in ('', '{', '[1,]', '{"a" 1}', 'nul', '"\\t"', '1 2'):
        try:
            out.append(json.loads(text))
        except json.JSONDecodeError as e:
            out.append([str(e), e.msg, e.pos, e.doc == text])
            await act(1)
    return out
    """,
    """
    out = []
    for options in ({'indent': -1}, {'indent': True}, {'indent': ''}, {'separators': (';', '=')}, {'skipkeys': True}):
        out.append(json.dumps({'a': [1, [], {}], (1,): 2} if 'skipkeys' in options else {'a': [1, [], {}]}, **options))
    return out
    """,
    "return json.dumps([await act(1), await act('x')], default=lambda o: o)",
    """
    c = Counter('hello')
    d = c
    await act(1)
    d['l'] += 5
    return [c, c.most_common(), c['q'], 'q' in c, list(c), list(c.values()), +c, c == Counter(c)]
    """,
    """
    c = Counter(a=3, b=1)
    c.subtract(a=1, b=2)
    c.update({'z': 5})
    del c['a']
    return [c, c - Counter(z=1), c | Counter(b=4), c & Counter(z=2), Counter(), Counter([]), c.copy() == c]
    """,
    """
    try:
        Counter(5)
    except TypeError as e:
        return str(e)
    """,
    """
    d = defaultdict(int, x=1)
    d['y'] += await act(2)
    missing = d.get('z')
    d['w']
    return [d, missing, sorted(d), d.default_factory is int, d.setdefault('k', 7), d.pop('x')]
    """,
    """
    def three():
        return 3
    d = defaultdict(three)
    await act(1)
    return [d['a'], dict(d), d | {'b': 1} == {'a': 3, 'b': 1}]
    """,
    """
    d = defaultdict()
    try:
        d['a']
    except KeyError as e:
        return repr(e)
    """,
    """
    try:
        defaultdict(5)
    except TypeError as e:
        return str(e)
    """,
    """
    q = deque([3, 1, 2], 3)
    q.append(await act(4))
    q.appendleft(9)
    it = iter(q)
    first = next(it)
    await act(1)
    out = [first, next(it)]
    q.rotate(-1)
    try:
        next(it)
    except RuntimeError as e:
        out.append(str(e))
    return [out, q, q.index(1), q.count(9), q[0], q[-1], list(q), q.maxlen, q.copy() == q, sorted(q)]
    """,
    """
    q = deque('abc')
    q[1] = 'x'
    del q[0]
    q.insert(1, 'y')
    q.remove('c')
    q.reverse()
    q += 'z'
    q *= 2
    return [q, len(q), bool(deque()), q < deque('z'), deque([1]) + deque([2])]
    """,
    """
    out = []
    for wrong in (lambda: deque()[0], lambda: deque().popleft(), lambda: deque([1])[0:1], lambda: deque(1, 2, 3),
                  lambda: deque([], -1), lambda: deque([1]).remove(5), lambda: deque([1]) + [1]):
        try:
            out.append(wrong())
        except Exception as e:
            out.append([type(e).__name__, str(e)])
    return out
    """,
    """
    q = deque([1, 2, 3])
    for item in q:
        await act(item)
    for item in reversed(q):
        await act(item)
    out = []
    try:
        for item in q:
            q.append(await act(item))
            if len(q) > 10:
                break
    except RuntimeError as e:
        out.append(str(e))
    return [out, len(q)]
    """,
    """
    match await act([1, 2]), deque([1, 2]), Counter('a'):
        case [a, b], [c, *rest], {'a': n}:
            return [a, b, c, rest, n]
    """,
    """
    o = OrderedDict(a=1, b=2, c=3)
    o.move_to_end('a')
    o.move_to_end('c', last=False)
    await act(1)
    first = o.popitem(last=False)
    return [o, first, list(reversed(o)), o == {'b': 2, 'a': 1}, o == OrderedDict(a=1, b=2), list(o.items())]
    """,
    """
    o = OrderedDict(a=1, b=2)
    out = []
    try:
        for key in o:
            out.append(key)
            await act(1)
            o['new'] = 1
    except RuntimeError as e:
        out.append('changed')
    return out
    """,
    """
    return [type(x).__name__ for x in (Counter(), deque(), defaultdict(), OrderedDict(), count(), chain(), repeat(1))]
    """,
    """
    return [isinstance(Counter(), dict), isinstance(deque(), list), issubclass(OrderedDict, dict),
        isinstance({}, Counter)]
    """,
    """
    return [str(deque([1])), f'{Counter(a=1)!r:>20}', str(OrderedDict(a=1)), repr(defaultdict(list)),
        repr(count(1.5, 2))]
    """,
    """
    a, b = itertools.tee([1, 2, 3])
    next(a)
    await act(1)
    return [list(b), list(a)]
    """,
    """
    it = count(10)
    got = [next(it), await act(next(it))]
    return [got, list(islice(it, 2)), next(it), list(zip('ab', it)), next(it)]
    """,
    """
    it = iter([1, 2, 3, 4, 5, 6])
    head = islice(it, 2)
    got = [next(head), await act(next(it)), next(head), list(head)]
    return [got, list(it)]
    """,
    """
    it = islice([1, 2, 3, 4, 5, 6, 7], 1, 6, 2)
    out = [next(it)]
    await act(0)
    return [out, list(it), list(islice('abc', None)), list(islice('abc', 0)), list(islice('abc', 5, 9))]
    """,
    """
    out = []
    for args in ((-1,), (1, -1), (0, 5, 0), ('a',), (), (1, 2, 3, 4), (None, None, None)):
        try:
            out.append(list(islice('abcdef', *args)))
        except (TypeError, ValueError) as e:
            out.append([type(e).__name__, str(e)])
    return out
    """,
    """
    groups = groupby([1, 1, 2, 3, 3], key=lambda x: x % 2)
    out = []
    for key, group in groups:
        out.append([key, next(group)])
        if await act(key):
            out.append(list(group))
    return out
    """,
    """
    kept = [(key, list(group)) for key, group in groupby('AAbB', str.lower)]
    groups = list(groupby('aab'))
    return [kept, [(key, list(group)) for key, group in groups]]
    """,
    """
    it = product([1, 2], 'ab', repeat=1)
    out = [next(it)]
    await act(1)
    out.append(next(it))
    await act(2)
    return [out, list(it), list(product()), list(product([])), list(product('a', repeat=0)),
        list(product('ab', repeat=2))]
    """,
    """
    out = []
    for wrong in (lambda: product(1), lambda: product('a', repeat=-1), lambda: product('a', repeat='x'),
                  lambda: itertools.permutations('ab', -1), lambda: itertools.combinations('ab'),
                  lambda: itertools.permutations('ab', 1.5), lambda: chain.from_iterable(5),
                      lambda: next(chain([1], 2)),
                  lambda: list(chain([1], 2)), lambda: zip_longest(1), lambda: accumulate(3), lambda: cycle(3),
                  lambda: count('a'), lambda: repeat(1, 'x'), lambda: itertools.starmap(max, 3)):
        try:
            out.append(list(islice(wrong(), 3)))
        except (TypeError, ValueError) as e:
            out.append(type(e).__name__)
    return out
    """,
    """
    return [list(itertools.permutations('abc', 2)), list(itertools.permutations([])),
        list(itertools.combinations('abc', 4))]
    """,
    "return [list(itertools.combinations_with_replacement('ab', 3)), list(itertools.permutations('ab', 0))]",
    """
    return [list(accumulate([])), list(accumulate([1, 2], initial=5)), list(accumulate('abc')),
        list(accumulate([3, 1], max))]
    """,
    """
    it = accumulate([1, 2, 3], lambda a, b: a * 10 + b)
    out = [next(it), await act(1), next(it)]
    return [out, list(it), next(it, 'end')]
    """,
    """
    it = cycle([1, 2, 3])
    out = [next(it), next(it)]
    await act(1)
    out += [next(it), next(it)]
    return [out, list(islice(it, 4)), list(cycle([]))]
    """,
    """
    r = repeat('x', 3)
    next(r)
    await act(1)
    return [list(r), repr(r), list(repeat(1, 0)), list(repeat(1, -5)), list(map(pow, [2, 3], repeat(2))),
        list(repeat(5, times=2))]
    """,
    """
    return [list(takewhile(str.isalpha, 'ab1c')), list(itertools.dropwhile(str.isalpha, 'ab1c')),
        list(itertools.filterfalse(str.isalpha, 'a1'))]
    """,
    """
    it = itertools.dropwhile(lambda x: x < 3, [1, 3, 1])
    out = [next(it)]
    await act(1)
    it2 = takewhile(lambda x: x < 3, iter([1, 5, 1]))
    out.append(next(it2))
    out.append(next(it2, 'end'))
    return [out, next(it2, 'still'), list(it)]
    """,
    """
    return [list(zip_longest('ab', [1], fillvalue=0)), list(zip_longest()), list(itertools.pairwise('abcd')),
        list(itertools.pairwise('a'))]
    """,
    """
    it = zip_longest(iter('abc'), iter([1]))
    out = [next(it), await act(2), next(it)]
    pairs = itertools.pairwise([1, 2, 3])
    out.append(next(pairs))
    await act(1)
    return [out, list(it), list(pairs)]
    """,
    "return [list(itertools.compress('abcd', [1, 0, True])), list(itertools.starmap(pow, [(2, 3), (3, 2)]))]",
    """
    return [sum(chain([1], [2, 3])), list(chain()), dict(zip('ab', count(1))), max(chain('ab', 'c')),
        sorted(chain('ba', 'c'))]
    """,
    """
    it = chain([1, 2], await act([3]), [4])
    out = [next(it)]
    for x in it:
        out.append(await act(x))
    return [out, next(it, None)]
    """,
    """
    add = partial(operator.add, 1)
    async_part = partial(helper2)
    got = await async_part(5)
    nested = partial(partial(lambda a, b, *, c=0: [a, b, c], 1), c=5)
    await act(1)
    return [add(2), got, nested(2), nested(2, c=6), list(map(add, [1, 2])),
        sorted([3, 1], key=partial(operator.mul, -1)), callable(add)]
    """,
    """
    out = []
    for wrong in (lambda: partial(5), lambda: partial(len)(), lambda: operator.itemgetter(),
        lambda: operator.attrgetter(5),
                  lambda: operator.itemgetter(1)([0]), lambda: operator.add(1, 'a'), lambda: reduce(operator.add, [])):
        try:
            out.append(wrong())
        except Exception as e:
            out.append([type(e).__name__, str(e)])
    return out
    """,
    """
    key = operator.itemgetter('b', 'a')
    await act(1)
    rows = sorted([{'a': 1, 'b': 2}, {'a': 0, 'b': 2}, {'a': 5, 'b': 1}], key=key)
    return [rows, {k: list(g) for k, g in groupby(rows, operator.itemgetter('b'))},
        operator.methodcaller('split', ',')('a,b')]
    """,
    "return [operator.lt(1, 2), operator.is_(None, None), operator.neg(5), operator.xor(6, 3), operator.index(7)]",
    """
    h = []
    for n in [5, 1, 4]:
        heapq.heappush(h, await act(n))
    return [heapq.heappop(h), h, heapq.nlargest(2, [1, 5, 2]), heapq.nsmallest(1, 'cab', key=str.upper),
        heapq.heappushpop(h, 0)]
    """,
    """
    return [bisect.bisect([1, 2, 2], 2), bisect.bisect_left([1, 2, 2], 2),
        bisect.bisect([{'k': 1}], 1, key=lambda d: d['k'])]
    """,
    """
    return [statistics.mean([1, 2, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2]),
        statistics.multimode('aabb'), statistics.fmean([1, 2])]
    """,
    """
    try:
        statistics.median([])
    except statistics.StatisticsError as e:
        return str(e)
    """,
    """
    return [textwrap.dedent('  a\\n  b'), textwrap.indent('a\\nb', '> '), textwrap.wrap('aaa bbb', 3),
        textwrap.shorten('hello big world', width=10)]
    """,
    "return [base64.b64encode(b'ab?'), base64.urlsafe_b64decode('YWI_'), string.digits, string.ascii_letters[:3]]",
    """
    try:
        base64.b64decode('a')
    except ValueError as e:
        return [type(e).__name__, str(e)]
    """,
]
if sys.version_info >= (3, 12):
    PROGRAMS.append("return [list(itertools.batched('abcde', 2)), list(itertools.batched([], 3))]")


@pytest.mark.parametrize("program", range(len(PROGRAMS)))
def test_a_small_program(tmp_path: pathlib.Path, program: int) -> None:
    verdict = Runner(tmp_path, orders=4).check_text(f"library_{program}", PROGRAMS[program], HEAD)
    assert verdict.outcome == "same", verdict.detail
