"""Builtins, `math`, classes and their class methods, and the standard library: their rows of the cost table."""

from __future__ import annotations

from tests.unit.engine.costs.rows import (
    BYTES,
    COLLIDING,
    DICT,
    INT,
    LIST,
    MIXED,
    NESTED,
    NOTHING,
    SET,
    TEXT,
    TUPLES,
    Row,
    constant,
)

_ONCE = "library.whole.over"
_DECIMAL = "n = decimal.Decimal('7' * 900_000)\n---\n"

BUILTINS = [
    constant(
        "NotImplemented bool callable isinstance issubclass len chr ord slice range type getattr hasattr",
        "y = bool(x), callable(x), isinstance(x, int), issubclass(bool, int), len('a')",
        "y = chr(65), ord('A'), slice(1), range(1), type(x), getattr(x, 'real'), hasattr(x, 'real')",
    ),
    Row(
        "all any list tuple",
        "items",
        _ONCE,
        (
            LIST + "{f}(xs)",
            "return {f}(itertools.repeat({'all': 1, 'any': 0, 'list': 0, 'tuple': 0}['{f}']))",
            "xs = [1 if '{f}' == 'all' else 0] * 900\nreturn [{f}(xs) for _ in range(2_000_000)]",
            "d = dict.fromkeys(range(300_000))\nfor n in range(299_999):\n    del d[n]\n---\n{f}(d)",
        ),
    ),
    Row(
        "set frozenset",
        "items; parts of each; items with the same hash",
        _ONCE,
        (
            DICT + "{f}(d)",
            SET + "{f}(d)",
            COLLIDING + "return {f}(ks)",
            COLLIDING + "return {f}(k for k in ks)",
            TUPLES + "return {f}([x])",
            "d = [1, 2, 3]\nreturn [{f}(d) for _ in range(2_000_000)]",
            COLLIDING + "return {f}([{f}([k]) for k in ks])" if False else COLLIDING + "return {f}((k, 1) for k in ks)",
        ),
    ),
    Row(
        "dict",
        "items; parts of each key; keys with the same hash",
        "library.whole.over_iterables",
        (
            DICT + "dict(d)",
            COLLIDING + "return dict([(k, 0) for k in ks])",
            COLLIDING + "return dict(zip(ks, ks))",
            TUPLES + "return dict([(x, 1)])",
            "d = {1: 1, 2: 2, 3: 3}\nreturn [dict(d) for _ in range(2_000_000)]",
        ),
    ),
    Row(
        "dict.fromkeys",
        "items; parts of each; keys with the same hash",
        _ONCE,
        (DICT + "dict.fromkeys(d)", COLLIDING + "return dict.fromkeys(ks)", "return dict.fromkeys(itertools.count())"),
    ),
    Row(
        "max min",
        "items; parts of each",
        "library.whole.compared_items",
        (
            LIST + "{f}(xs)",
            NESTED + "return {f}([x, y])",
            NESTED + "return {f}(x, y)",
            NESTED + "return {f}([1, 2], key=lambda n: (x, y)[n - 1])",
            "s = 'a' * 20_000_000\nt = 'a' * 20_000_000 + 'b'\n---\n{f}([s, t] * 1_000)",
            "return {f}(itertools.count())",
        ),
    ),
    Row(
        "sorted",
        "items, times the logarithm of their number; parts of each",
        "library.whole.sort_key",
        (
            MIXED + "sorted(xs)",
            "xs = [n * 7919 % 400_009 for n in range(300_000)] * 10\n---\nsorted(xs)",
            NESTED + "return sorted([x, y])",
            "xs = [(n * 7919 % 100_003, n) for n in range(100_000)]\n---\nsorted(xs)",
            "xs = list(range(100_000))\n---\nsorted(xs, key=lambda n: n * 7919 % 100_003)",
            NESTED + "return sorted([0, 1], key=[x, y].__getitem__)"
            if False
            else NESTED + "return sorted([0, 1], key=lambda n: [x, y][n])",
            "xs = [Ordered(n * 7919 % 100_003) for n in range(50_000)]\n---\nsorted(xs)",
            "xs = [9, 3, 7, 1]\nreturn [sorted(xs) for _ in range(2_000_000)]",
        ),
    ),
    Row(
        "sum",
        "items; items of what was added before, digits",
        "library.whole._added",
        (
            LIST + "sum(xs)",
            "xs = [[0] * 100 for _ in range(20_000)]\n---\nsum(xs, [])",
            "xs = [(0,) * 100 for _ in range(20_000)]\n---\nsum(xs, ())",
            "n = 3 ** 600_000\nxs = [n] * 1_000_000\n---\nsum(xs)",
            "xs = [0] * 1_000\nn = 3 ** 600_000\n---\nsum(xs, n)",
            "xs = [collections.Counter({n: 1}) for n in range(10_000)]\n---\nsum(xs, collections.Counter())",
            "return sum(itertools.count())",
            "n = decimal.Decimal('7' * 900_000)\nxs = [n] * 1_000\n---\nsum(xs)",
        ),
    ),
    Row(
        "abs",
        "digits",
        "library.conversions.of_number",
        (INT + "abs(n)", "n = -3 ** 600_000\nreturn [abs(n) for _ in range(2_000_000)]", _DECIMAL + "abs(n)"),
    ),
    Row("bin hex oct", "digits", "library.conversions.of_number", (INT + "{f}(n)",)),
    Row(
        "ascii repr",
        "parts, as a tree; characters",
        "library.conversions.written",
        (
            NESTED + "return {f}(x)",
            "s = '\\0' * 10_000_000\n---\n{f}(s)",
            "d = decimal.Decimal('7' * 1_000_000)\n---\n{f}([d])",
            "x = Box(0)\nfor _ in range(60):\n    x = Box([x, x])\nreturn {f}(x)",
            "x = []\nfor _ in range(100_000):\n    x = [x]\nreturn {f}(x)",
        ),
    ),
    Row(
        "bytes",
        "bytes of the result",
        "library.conversions.conversions",
        (
            "bytes(x)\nwhile True:\n    bytes(10_000_000)",
            LIST + "bytes(xs)",
            TEXT + "bytes(s, 'utf-16')",
            "xs = [0] * 900\nreturn [bytes(xs) for _ in range(2_000_000)]",
        ),
    ),
    Row(
        "complex float",
        "characters",
        "library.conversions.reading",
        ("s = '1' * 10_000_000\n---\n{f}(s)", "n = 3 ** 600\n---\n{f}(n)"),
    ),
    Row(
        "int",
        "characters; the square of up to 4,300 digits",
        "library.conversions.conversions",
        (
            "s = '1' * 4_300\n---\nint(s)",
            "s = 'f' * 240_000\n---\nint(s, 16)",
            "s = 'f' * 10_000_000\nreturn int(s, 16)",
            _DECIMAL + "int(n)",
            "return int(decimal.Decimal('1E+999999999'))",
        ),
    ),
    Row(
        "str",
        "parts, as a tree; characters",
        "library.conversions.conversions",
        (
            NESTED + "return str(x)",
            TEXT + "str(s)",
            BYTES + "str(s)",
            "n = 7 ** 5_000\n---\nstr(n)",
            "return [str(n) * 3 for n in range(2_000_000)]",
        ),
    ),
    Row(
        "divmod",
        "product of the digits",
        "arithmetic.Arithmetic.dividing",
        (
            "n = 3 ** 600_000\nm = 3 ** 300_000\n---\ndivmod(n, m)",
            INT + "divmod(n, 7)",
            _DECIMAL + "try:\n    divmod(n, 7)\nexcept ArithmeticError:\n    pass",
        ),
    ),
    Row(
        "pow",
        "bits of the result; product of the digits",
        "arithmetic.Arithmetic.power_modulo",
        (
            "n = 3 ** 10_000\n---\npow(n, n, n + 2)",
            "n = 3 ** 600_000\n---\npow(n, -1, n + 1)",
            "n = 3 ** 20_000\n---\npow(n, -1, n + 1)",
            "n = 7\n---\npow(n, 350_000)",
            "n = 3 ** 600_000\n---\npow(n, 1, 10**9)",
        ),
    ),
    Row(
        "round",
        "digits",
        "arithmetic.Arithmetic.whole",
        (
            "n = 3 ** 600_000\n---\nround(n, -140_000)",
            INT + "round(n)",
            "return round(1, -10**9)",
            _DECIMAL + "round(n)",
        ),
    ),
    Row(
        "format",
        "characters; parts, as a tree",
        "guards.Guards.format",
        (
            "n = 7\n---\nformat(n, '999999')",
            NESTED + "return format(x)",
            INT + "format(n, 'x')",
            "d = datetime.datetime(2024, 1, 1)\n---\nformat(d, '%c' * 1_000)",
            "d = decimal.Decimal(7)\n---\nformat(d, '.999999f')",
        ),
    ),
    Row(
        "iter reversed",
        "keys of a dict",
        "iterators.make_iterator",
        (
            DICT + "{f}(d)",
            "d = dict.fromkeys(range(300_000))\nfor n in range(299_999):\n    del d[n]\n---\n{f}(d)",
            "xs = [1]\nreturn [{f}(xs) for _ in range(2_000_000)]",
        ),
    ),
    Row(
        "next",
        "what it gives at once",
        "iterators.TickingIterator.tick",
        (
            "it = filter(None, itertools.repeat(0))\nreturn next(it)",
            "it = range(10**9)\nfor _ in range(1_000):\n    it = enumerate(it)\n---\nnext(it)",
            "it = iter(lambda: 1, 2)\n---\nnext(it)",
        ),
    ),
    Row(
        "enumerate",
        "items that are taken",
        "iterators.TickingIterator.tick",
        ("return list(enumerate(itertools.count()))", DICT + "enumerate(d)"),
    ),
    Row(
        "zip",
        "items that are taken, times the number of iterables",
        "iterators.ZipIterator",
        (
            "it = zip(*[[0] * 1_000] * 100_000)\nreturn list(it)",
            "return sum(1 for _ in zip(*[itertools.count()] * 1_000))",
            "return list(zip(itertools.count()))",
        ),
    ),
    Row(
        "map",
        "items that are taken, times the number of iterables",
        "iterators.MapIterator",
        (
            "return max(map(max, *[itertools.count()] * 1_000))",
            "return list(map(str, itertools.count()))",
            "xs = [0] * 1_000_000\nreturn list(map(sorted, [xs] * 1_000))",
        ),
    ),
    Row(
        "filter",
        "items that are looked at",
        "iterators.FilterIterator",
        ("return next(filter(None, itertools.repeat(0)))",),
    ),
]

MATH = [
    constant(
        "math.acos math.acosh math.asin math.asinh math.atan math.atan2 math.atanh math.copysign math.cos math.cosh "
        "math.degrees math.erf math.erfc math.exp math.expm1 math.fabs math.fmod math.frexp math.gamma math.isclose "
        "math.isfinite math.isinf math.isnan math.ldexp math.lgamma math.log math.log10 math.log1p math.log2 math.modf "
        "math.nextafter math.pow math.radians math.remainder math.sin math.sinh math.sqrt math.tan math.tanh math.ulp",
        "f = 0.5",
        "y = math.acos(f), math.asin(f), math.atan(f), math.gamma(f), math.lgamma(f), math.pow(f, f), math.exp(f)",
        "y = math.tan(1e300), math.log(10**300), math.remainder(1e300, f), math.fmod(1e308, 1e-308), math.erf(f)",
    ),
    Row("math.factorial", "its argument", "library.numbers.math_function", ("n = 20_000\n---\nmath.factorial(n)",)),
    Row("math.comb math.perm", "its arguments", "library.numbers.math_function", ("n = 20_000\n---\n{f}(n, 10_000)",)),
    Row(
        "math.gcd math.lcm",
        "the square of the digits",
        "arithmetic.Arithmetic.greatest_common",
        ("n = 3 ** 150_000\nm = 5 ** 100_000 + 2\n---\n{f}(n, m)",),
    ),
    Row(
        "math.floor math.ceil math.trunc",
        "digits",
        "arithmetic.Arithmetic.whole",
        (_DECIMAL + "{f}(n)", INT + "{f}(n)", "return {f}(decimal.Decimal('1E+999999999'))"),
    ),
    Row("math.isqrt", "the square of the digits", "library.numbers.math_function", (INT + "math.isqrt(n)",)),
    Row(
        "math.prod",
        "items; product of the digits",
        "library.numbers.math_function",
        (
            "return math.prod(itertools.repeat(3))",
            LIST + "math.prod(xs)",
            "n = 3 ** 1_000\nxs = [n] * 600\n---\nmath.prod(xs)",
        ),
    ),
    Row(
        "math.fsum",
        "items",
        "library.numbers.math_function",
        (LIST + "math.fsum(xs)", "return math.fsum(itertools.count())"),
    ),
    Row("math.dist", "items", "library.numbers.math_function", (LIST + "math.dist(xs, xs)",)),
    Row("math.hypot", "its arguments", "guards.Guards.counted", (LIST + "math.hypot(*xs)",)),
]

CLASSES = [
    Row(
        "datetime.datetime datetime.date datetime.time datetime.timedelta datetime.timezone",
        "digits of an int",
        "library.conversions.reading",
        (
            "n = 3 ** 600_000\nwhile True:\n    try:\n        {f}(n)\n    except (OverflowError, TypeError):\n        pass",
        ),
    ),
    Row(
        "zoneinfo.ZoneInfo",
        "a hundred steps each, since it may look for a file",
        "library.conversions.reading",
        (
            "n = 0\nwhile True:\n    n += 1\n    try:\n        zoneinfo.ZoneInfo(f'Nowhere/{n}')\n    except zoneinfo.ZoneInfoNotFoundError:\n        pass",
            "while True:\n    zoneinfo.ZoneInfo('Europe/Berlin')",
        ),
    ),
    Row(
        "decimal.Decimal",
        "characters; the square of the digits of an int",
        "library.conversions.reading",
        ("s = '7' * 3_000_000\n---\ndecimal.Decimal(s)", INT + "decimal.Decimal(n)"),
    ),
    Row(
        "uuid.UUID",
        "characters",
        "library.conversions.reading",
        (
            "s = '7' * 3_000_000\nwhile True:\n    try:\n        uuid.UUID(s)\n    except ValueError:\n        pass",
            "while True:\n    uuid.UUID(int=5)",
        ),
    ),
    Row(
        "uuid.uuid3 uuid.uuid5",
        "characters",
        "builtins._uuid_of_name",
        ("n = uuid.UUID(int=1)\ns = 'a' * 10_000_000\n---\n{f}(n, s)", "n = uuid.UUID(int=1)\n---\n{f}(n, 'a')"),
    ),
    Row(
        "datetime.datetime.fromisoformat datetime.date.fromisoformat datetime.time.fromisoformat bytes.fromhex float.fromhex",
        "characters",
        "library.conversions.reading",
        ("s = '0' * 10_000_000\nwhile True:\n    try:\n        {f}(s)\n    except ValueError:\n        pass",),
    ),
    Row(
        "datetime.datetime.strptime",
        "characters of both",
        "library.conversions.class_method",
        (
            "s = '%Y-' * 1\n---\ndatetime.datetime.strptime('2024-', s)",
            "s = 'a' * 1_000_000\n---\ndatetime.datetime.strptime(s, s)",
            "n = 0\nwhile True:\n    n += 1\n    datetime.datetime.strptime(f'2024 {n}', f'%Y {n}')",
        ),
    ),
    constant(
        "datetime.datetime.fromtimestamp datetime.datetime.combine datetime.datetime.fromisocalendar "
        "datetime.datetime.fromordinal datetime.date.fromisocalendar datetime.date.fromordinal "
        "datetime.date.fromtimestamp",
        "y = datetime.datetime.fromtimestamp(5, datetime.timezone.utc), datetime.datetime.fromordinal(7)",
        "z = datetime.datetime.combine(datetime.date.fromisocalendar(2024, 1, 1), datetime.time(1))",
    ),
    Row(
        "str.maketrans",
        "characters",
        "library.conversions.class_method",
        ("s = ''.join(map(chr, range(32, 50_000)))\n---\nstr.maketrans(s, s)", DICT + "str.maketrans(d)"),
    ),
    Row(
        "int.from_bytes",
        "bytes",
        "library.conversions.class_method",
        ("s = b'7' * 120_000\n---\nint.from_bytes(s, 'big')", "return int.from_bytes(b'7' * 10_000_000, 'big')"),
    ),
    Row("dataclasses.replace", "fields", "guards.Guards.made", ("b = Box(1)\n---\ndataclasses.replace(b, value=2)",)),
    Row(
        "dataclasses.asdict",
        "parts, as a tree",
        "library.conversions.written",
        (
            "b = Box(1)\nfor _ in range(60):\n    b = Box([b, b])\nreturn dataclasses.asdict(b)",
            "b = Box([0] * 300_000)\n---\ndataclasses.asdict(b)",
        ),
    ),
]

DURABLE = [
    Row(
        "asyncio.sleep asyncio.create_task",
        "commands; tasks",
        "scheduling.Scheduler",
        ("while True:\n    asyncio.create_task(asyncio.sleep(0))",),
    ),
    Row(
        "asyncio.gather",
        "what is gathered",
        "scheduling.Scheduler.gather",
        ("await asyncio.gather(*[asyncio.sleep(0) for _ in range(10**7)])",),
    ),
    Row(
        "asyncio.wait_for asyncio.timeout asyncio.TaskGroup",
        "a step each",
        "codegen.functions._NodeCompiler.node",
        (
            "async def f():\n    return 1\nwhile True:\n    async with asyncio.timeout(5):\n        await asyncio.wait_for(f(), None)",
        ),
    ),
    Row(
        "run_action",
        "a step each",
        "scheduling.Scheduler.run_action",
        ("kept = []\nwhile True:\n    kept.append(self.run_action(act(1), timeout=5))",),
    ),
    Row(
        "warren.now warren.uuid4 warren.random",
        "a step each",
        "codegen.weights.weight",
        ("---".replace("---", "") + "while True:\n    {f}()",),
    ),
    Row(
        "warren.log",
        "lines; characters",
        "scheduling.Scheduler.log",
        ("while True:\n    warren.log('x')", "s = 'x' * 10_000_000\n---\nwarren.log(s)", NESTED + "warren.log(x)"),
    ),
]

LIBRARY = [
    Row("base64.b64encode base64.urlsafe_b64encode", "bytes", "library.functions.library_table", (BYTES + "{f}(s)",)),
    Row(
        "base64.b64decode base64.urlsafe_b64decode",
        "bytes",
        "library.functions.library_table",
        ("s = b'YWJj' * 5_000_000\n---\n{f}(s)", "s = 'YWJj' * 5_000_000\n---\n{f}(s)"),
    ),
    Row(
        "bisect.bisect bisect.bisect_left bisect.bisect_right",
        "parts of what is looked for, times the logarithm of the items",
        "library.heaps.heaps_table",
        (LIST + "{f}(xs, 1)", NESTED + "return {f}([x], y)", NESTED + "return {f}([1], y, key=lambda _: x)"),
    ),
    Row(
        "bisect.insort bisect.insort_left bisect.insort_right",
        "what moves",
        "library.heaps.heaps_table",
        ("xs = [1] * 4_000_000\n---\n{f}(xs, 0)", NESTED + "return {f}([x], y)"),
    ),
    Row(
        "heapq.heapify",
        "items; parts of each",
        "library.heaps.heaps_table",
        (
            MIXED + "heapq.heapify(xs)",
            NESTED + "return heapq.heapify([x, y])",
            "xs = [(n * 7919 % 100_003, n) for n in range(100_000)]\n---\nheapq.heapify(xs[:])",
        ),
    ),
    Row(
        "heapq.heappop",
        "the logarithm of the items; parts of each",
        "library.heaps.heaps_table",
        ("xs = list(range(1_000_000))\n---\nheapq.heappop(xs)", NESTED + "xs = [1, x, y]\nreturn heapq.heappop(xs)"),
    ),
    Row(
        "heapq.heappush heapq.heappushpop heapq.heapreplace",
        "the logarithm of the items; parts of each",
        "library.heaps.heaps_table",
        (
            "xs = list(range(0, -500_000, -1))\nxs.sort()\n---\n{f}(xs, -1_000_000)",
            NESTED + "xs = [x, x]\nreturn {f}(xs, y)",
        ),
    ),
    Row(
        "heapq.nlargest heapq.nsmallest",
        "items, times the logarithm of how many are kept; parts of each",
        "library.heaps.heaps_table",
        (
            MIXED + "{f}(1_000, xs)",
            MIXED + "{f}(200_000, xs)",
            NESTED + "return {f}(1, [x, y])",
            NESTED + "return {f}(1, [0, 1], key=lambda n: [x, y][n])",
            "return {f}(1, itertools.count())",
        ),
    ),
    Row(
        "collections.Counter",
        "items; items with the same hash",
        "library.containers.containers_table",
        (
            DICT + "collections.Counter(d)",
            COLLIDING + "return collections.Counter(ks)",
            TEXT + "collections.Counter(s)",
            "return [collections.Counter() for _ in range(2_000_000)]",
        ),
    ),
    Row(
        "collections.OrderedDict",
        "items; keys with the same hash",
        "library.containers.containers_table",
        (DICT + "collections.OrderedDict(d)", COLLIDING + "return collections.OrderedDict(zip(ks, ks))"),
    ),
    Row(
        "collections.defaultdict",
        "items; keys with the same hash",
        "library.containers.containers_table",
        (DICT + "collections.defaultdict(list, d)", COLLIDING + "return collections.defaultdict(list, zip(ks, ks))"),
    ),
    Row(
        "collections.deque",
        "items",
        "library.containers.containers_table",
        (LIST + "collections.deque(xs)", "return [collections.deque() for _ in range(2_000_000)]"),
    ),
    Row(
        "functools.partial",
        "arguments",
        "library.callables.Partial",
        (
            "f = functools.partial(max, *range(1_000))\n---\nf()",
            "f = functools.partial(max)\nwhile True:\n    f = functools.partial(f, *range(10))",
        ),
    ),
    Row("functools.reduce", "items", "builtins._reduce", ("return functools.reduce(max, itertools.count())",)),
    Row(
        "operator.abs operator.inv operator.invert operator.neg operator.pos",
        "digits",
        "library.callables.callables_table",
        (INT + "{f}(n)",),
    ),
    Row(
        "operator.add operator.concat",
        "as the operator itself",
        "library.callables.callables_table",
        (LIST + "{f}(xs, xs)",),
    ),
    Row(
        "operator.sub operator.and_ operator.or_ operator.xor",
        "as the operator itself",
        "library.callables.callables_table",
        (SET + "{f}(d, d)",),
    ),
    Row(
        "operator.mul operator.floordiv operator.mod operator.rshift operator.truediv",
        "as the operator itself",
        "library.callables.callables_table",
        (INT + "{f}(n, 3)",),
    ),
    Row(
        "operator.pow operator.lshift",
        "as the operator itself",
        "library.callables.callables_table",
        ("n = 3\n---\n{f}(n, 500_000)",),
    ),
    Row(
        "operator.eq operator.ne operator.ge operator.gt operator.le operator.lt",
        "as the operator itself",
        "library.callables.callables_table",
        (NESTED + "return {f}(x, y)",),
    ),
    Row("operator.contains", "as `in`", "library.callables.callables_table", (LIST + "operator.contains(xs, 1)",)),
    Row(
        "operator.getitem operator.itemgetter",
        "as indexing",
        "places.Places.item",
        (
            TUPLES + "d = {1: 1}\nreturn operator.getitem(d, x)",
            TUPLES + "d = {1: 1}\nreturn operator.itemgetter(x)(d)",
            LIST + "operator.getitem(xs, slice(None))",
            "f = operator.itemgetter(*[0] * 100_000)\n---\nf([1])",
        ),
    ),
    Row(
        "operator.attrgetter operator.methodcaller",
        "as the attribute or method itself",
        "attributes.Attributes.get",
        (
            "f = operator.methodcaller('count', 1)\nxs = [0] * 4_000_000\n---\nf(xs)",
            "f = operator.attrgetter(*['real'] * 1_000)\n---\nf(1)",
        ),
    ),
    constant(
        "operator.index operator.is_ operator.is_not operator.not_ operator.truth",
        "y = operator.index(x), operator.is_(x, x), operator.is_not(x, x), operator.not_(x), operator.truth(x)",
    ),
    Row(
        "json.dumps",
        "parts, as a tree; characters",
        "library.jsons.dumps",
        (
            NESTED + "return json.dumps(x)",
            "xs = [[0] * 100] * 3_000\n---\njson.dumps(xs)",
            "s = '\\0' * 10_000_000\n---\njson.dumps(s)",
            "xs = [[0] * 100] * 3_000\n---\njson.dumps(xs, indent=1)",
        ),
    ),
    Row(
        "json.loads",
        "characters",
        "library.jsons.loads",
        (
            "s = '[' + '[],' * 300_000 + '0]'\n---\njson.loads(s)",
            "s = '[' + ('1' * 4_000 + ',') * 100 + '0]'\n---\njson.loads(s)",
            "s = '[' * 100_000\nreturn json.loads(s)",
            "s = '\"' + 'a' * 3_000_000 + '\"'\n---\njson.loads(s)",
        ),
    ),
    Row(
        "statistics.fmean statistics.mean statistics.pstdev statistics.stdev",
        "items; the square of their digits",
        "library.functions.library_table",
        (
            MIXED + "{f}(xs)",
            "n = 3 ** 600_000\nreturn {f}([n, n, 1])",
            "return {f}([decimal.Decimal('1E-999999'), decimal.Decimal(1)] * 2)"
            if False
            else "n = 3 ** 5_000\nxs = [n] * 100\n---\n{f}([1.0] * 1_000)",
        ),
    ),
    Row(
        "statistics.median statistics.median_high statistics.median_low",
        "items, times the logarithm of their number; parts",
        "library.functions.library_table",
        (MIXED + "{f}(xs)", NESTED + "return {f}([x, y])"),
    ),
    Row(
        "statistics.mode statistics.multimode",
        "items; items with the same hash",
        "library.functions.library_table",
        (MIXED + "{f}(xs)", COLLIDING + "return {f}(ks)"),
    ),
    Row(
        "textwrap.dedent textwrap.indent",
        "characters",
        "library.functions.library_table",
        ("s = ' a\\n' * 100_000\n---\n{f}(s{a})".replace("{a}", ", *([' '] if '{f}' == 'textwrap.indent' else [])"),),
    ),
    Row(
        "textwrap.fill textwrap.wrap textwrap.shorten",
        "characters; for a word that is longer than a line, the square of its length",
        "library.functions.library_table",
        (
            "s = 'a b ' * 20_000\n---\n{f}(s, width=20)",
            "s = 'a' * 100_000\n---\n{f}(s, width=10)",
            "s = '-' * 100_000\n---\n{f}(s, width=10)",
            "s = 'a-' * 50_000\n---\n{f}(s, width=10)",
            "s = 'a' * 400_000\nreturn {f}(s, width=10)",
        ),
    ),
    Row(
        "itertools.accumulate",
        "items; bytes of what is made",
        "library.iteration.AccumulateIterator",
        (
            "return list(itertools.accumulate(itertools.repeat(3), lambda a, b: a * b))",
            "return list(itertools.accumulate(itertools.repeat(3), operator.mul))",
            "n = 3 ** 600_000\nreturn list(itertools.accumulate(itertools.repeat(n)))",
            "n = 3 ** 600_000\nreturn list(itertools.accumulate([n] * 2_000_000, max, initial=n))",
            "return list(itertools.accumulate(itertools.repeat([0] * 100)))",
        ),
    ),
    Row(
        "itertools.batched",
        "items",
        "library.iteration.BatchedIterator",
        ("return list(itertools.batched(itertools.count(), 3))",),
    ),
    Row(
        "itertools.chain itertools.chain.from_iterable",
        "items",
        "library.iteration.ChainIterator",
        (
            "return list({f}(itertools.repeat([]), itertools.count()))"
            if False
            else "xs = [itertools.repeat(0)]\nreturn list(itertools.chain(*xs))",
            "return next({f}(itertools.repeat([])))"
            if False
            else "return next(itertools.chain.from_iterable(itertools.repeat([])))",
        ),
    ),
    Row(
        "itertools.combinations itertools.combinations_with_replacement itertools.permutations",
        "items of the results",
        "library.grouping.CombiningIterator",
        (
            "return sum(1 for _ in {f}(range(30), 10))",
            "return list({f}([0] * 1_000_000, 1_000_000))",
            "return next({f}([0] * 1_900_000, 1_900_000))" if False else "it = {f}(range(40), 20)\n---\nnext(it)",
        ),
    ),
    Row(
        "itertools.product",
        "items of the results",
        "library.grouping.CombiningIterator",
        (
            "return sum(1 for _ in itertools.product(range(10), repeat=10))",
            "it = itertools.product([0, 1], repeat=10_000)\n---\nnext(it)",
        ),
    ),
    Row(
        "itertools.compress itertools.dropwhile itertools.filterfalse itertools.takewhile",
        "items that are looked at",
        "library.iteration",
        (
            "return list({'compress': lambda: itertools.compress(itertools.count(), itertools.repeat(0)), 'dropwhile': lambda: itertools.dropwhile(lambda n: True, itertools.count()), 'filterfalse': lambda: itertools.filterfalse(lambda n: True, itertools.count()), 'takewhile': lambda: itertools.takewhile(lambda n: True, itertools.count())}['{m}']())",
        ),
    ),
    Row(
        "itertools.count",
        "digits",
        "library.iteration.CountIterator",
        ("n = 3 ** 600_000\nreturn list(itertools.count(n))", "return list(itertools.count())"),
    ),
    Row("itertools.cycle itertools.repeat", "items", "library.iteration", ("return list({f}([1]))",)),
    Row(
        "itertools.groupby",
        "items; parts of the keys",
        "library.grouping.GroupIterator",
        ("return list(itertools.groupby(itertools.count()))", NESTED + "return list(itertools.groupby([x, y]))"),
    ),
    Row(
        "itertools.islice",
        "items that are passed by",
        "library.iteration.SliceIterator",
        (
            "return next(itertools.islice(itertools.count(), 10**12, None))",
            "return list(itertools.islice(itertools.count(), 10**12))",
        ),
    ),
    Row(
        "itertools.pairwise itertools.starmap itertools.zip_longest",
        "items",
        "library.iteration",
        (
            "return list({'pairwise': lambda: itertools.pairwise(itertools.count()), 'starmap': lambda: itertools.starmap(max, itertools.repeat((1, 2))), 'zip_longest': lambda: itertools.zip_longest(*[itertools.count()] * 100)}['{m}']())",
            "xs = (0,) * 100_000\nreturn list(itertools.starmap(max, itertools.repeat(xs)))"
            if False
            else "it = itertools.zip_longest(*[[0]] * 100_000, itertools.count())\nreturn list(it)",
        ),
    ),
    Row(
        "itertools.tee",
        "iterators",
        "library.itertools_table.iteration_table",
        ("return itertools.tee([1], 10**6)", "a, b = itertools.tee(itertools.count())\nreturn list(a)"),
    ),
]
ROWS = [*BUILTINS, *MATH, *CLASSES, *DURABLE, *LIBRARY]
_ = NOTHING
