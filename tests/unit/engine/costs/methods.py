"""Methods of the built-in classes: their rows of the cost table."""

from __future__ import annotations

from tests.unit.engine.costs.rows import (
    BYTES,
    COLLIDING,
    DICT,
    LIST,
    NESTED,
    TEXT,
    TUPLES,
    Row,
    constant,
)

_TEXTS = "text_methods.TextMethods"
_SETS = "container_methods.ContainerMethods"
_KINDS = "{'dict': dict.fromkeys, 'Counter': collections.Counter, 'OrderedDict': lambda ks: collections.OrderedDict(dict.fromkeys(ks)), 'defaultdict': lambda ks: collections.defaultdict(int, dict.fromkeys(ks))}['{c}']"


def of(classes: str, names: str) -> str:
    """`class.method` for each of both."""
    return " ".join(f"{cls}.{name}" for cls in classes.split() for name in names.split())


def typed(text: str) -> tuple[str, ...]:
    """A program for str and one for bytes: `§` stands before each literal."""
    return (text.replace("§", ""), text.replace("§", "b"))


def _row(classes: str, names: str, linear: str, counted: str, *programs: str) -> list[Row]:
    """A row for each class, whose name `{c}` is in the programs."""
    return [
        Row(of(cls, names), linear, counted, tuple(each.replace("{c}", cls) for each in programs))
        for cls in classes.split()
    ]


def _text_row(names: str, linear: str, counted: str, *programs: str) -> list[Row]:
    """Rows for str and bytes: `§` stands before each literal."""
    return [
        Row(of(cls, names), linear, counted, tuple(each.replace("§", mark).replace("{c}", cls) for each in programs))
        for cls, mark in (("str", ""), ("bytes", "b"))
    ]


TEXTS = [
    *_text_row(
        "capitalize lower upper swapcase title isalnum isalpha isascii isdigit islower isspace istitle isupper",
        "characters",
        "methods.Methods",
        "s = §'ab ' * 10_000_000\n---\ns.{m}()",
        "s = §'ab ' * 300\n---\ns.{m}()",
    ),
    Row(
        of("str", "casefold isdecimal isidentifier isnumeric isprintable"),
        "characters",
        "methods.Methods",
        ("s = 'ab ' * 10_000_000\n---\ns.{m}()",),
    ),
    *_text_row(
        "center ljust rjust zfill",
        "characters of the result",
        _TEXTS,
        "s = §'ab'\nkept = []\nwhile True:\n    kept.append(s.{m}(10_000))",
        "return §'ab'.{m}(10**10)",
    ),
    *_text_row(
        "count find index partition removeprefix removesuffix",
        "characters, times those of a short pattern",
        "comparison.Comparison.finding",
        "s = §'a' * 29_000\np = §'a' * 50 + §'b' + §'a' * 48\nwhile True:\n    try:\n        s.{m}(p)\n    except ValueError:\n        pass",
        "s = §'ab ' * 10_000_000\n---\ntry:\n    s.{m}(§'xyz')\nexcept ValueError:\n    pass",
        "s = §'a' * 1_000\np = §'a' * 250 + §'b' + §'a' * 249\nwhile True:\n    try:\n        s.{m}(p)\n    except ValueError:\n        pass",
    ),
    *_text_row(
        "rfind rindex rpartition",
        "characters, times those of the pattern",
        "comparison.Comparison.finding",
        "s = §'a' * 300_000\np = §'a' * 5_000 + §'b' + §'a' * 5_000\nwhile True:\n    try:\n        s.{m}(p)\n    except ValueError:\n        pass",
        "s = §'ab ' * 10_000_000\n---\ntry:\n    s.{m}(§'xyz')\nexcept ValueError:\n    pass",
    ),
    *_text_row(
        "startswith endswith",
        "characters of all prefixes",
        _TEXTS,
        "s = §'a' * 20_000_000\nt = §'a' * 20_000_000\n---\ns.{m}(t)",
        "p = (§'b',) * 1_000_000\n---\n§'a'.{m}(p)",
    ),
    *_text_row(
        "expandtabs",
        "characters of the result",
        _TEXTS,
        "s = §'\\t' * 1_000\n---\ns.expandtabs(100)",
        "s = §'a' * 10_000_000\n---\ns.expandtabs()",
    ),
    *_text_row(
        "join",
        "items; characters of the result",
        _TEXTS,
        "xs = [§'ab'] * 1_000_000\n---\n§','.join(xs)",
        "xs = [§'']\n---\n§','.join(xs * 900)",
        "return §''.join(itertools.repeat(§'a'))",
    ),
    *_text_row(
        "strip lstrip rstrip",
        "characters, times those to strip",
        _TEXTS,
        "s = §'a' * 100_000\nt = §'b' * 100_000 + §'a'\n---\ns.{m}(t)",
        "s = §' ' * 20_000_000 + §'a'\n---\ns.{m}()",
    ),
    *_text_row(
        "replace",
        "characters, times those of a short pattern; characters of the result",
        _TEXTS,
        "s = §'a' * 1_000_000\n---\ns.replace(§'a', §'bc')",
        "s = §'a' * 29_000\np = §'a' * 50 + §'b' + §'a' * 48\n---\ns.replace(p, §'')",
        "s = §'a' * 900\nkept = []\nwhile True:\n    kept.append(s.replace(§'a', §'bcdefgh'))",
    ),
    *_text_row(
        "split rsplit",
        "characters, times those of a short pattern; pieces",
        _TEXTS,
        "s = §'a\\t' * 3_000_000\nreturn s.{m}()" if False else "s = §'a\\t' * 300_000\n---\ns.{m}()",
        "s = §'a,' * 300_000\n---\ns.{m}(§',')",
        "s = §'a ' * 400\nkept = []\nwhile True:\n    kept.append(s.{m}(§' '))",
        "s = §'a' * 29_000\np = §'a' * 50 + §'b' + §'a' * 48\n---\ns.{m}(p)",
    ),
    *_text_row(
        "splitlines",
        "lines",
        _TEXTS,
        "s = §'ab\\n' * 300_000\n---\ns.splitlines()",
        "return (§'ab\\n' * 10_000_000).splitlines()",
    ),
    Row(
        of("str", "translate"),
        "characters of the result; items of the table",
        _TEXTS,
        (
            "s = 'a' * 1_000_000\nd = {97: 'bc'}\n---\ns.translate(d)",
            "d = dict.fromkeys(range(300_000))\n---\n'a'.translate(d)",
            "s = '\\0' * 1_000_000\nxs = ['a' * 1_000]\n---\ns.translate(xs)",
        ),
    ),
    Row(
        of("bytes", "translate"), "bytes", _TEXTS, ("s = b'a' * 1_000_000\nt = bytes(range(256))\n---\ns.translate(t)",)
    ),
    Row(
        of("str", "encode"),
        "characters; the square of them for `idna` and `punycode`",
        _TEXTS,
        (
            "s = 'é' * 10_000_000\n---\ns.encode()",
            "s = 'é' * 100_000\n---\ns.encode('ascii', 'namereplace')",
            "s = ''.join(map(chr, range(200, 4_200)))\n---\ns.encode('punycode')",
            "s = 'é' * 10_000_000\nreturn s.encode('ascii', 'namereplace')",
            "s = 'ab' * 5_000_000\n---\ns.encode('utf-7')",
        ),
    ),
    Row(
        of("bytes", "decode"),
        "bytes",
        _TEXTS,
        (
            BYTES + "s.decode()",
            "s = b'ab-' * 2_000\n---\ns.decode('punycode')",
            "s = b'\\xff' * 1_000_000\n---\ns.decode('ascii', 'backslashreplace')",
        ),
    ),
    Row(
        of("bytes", "hex"),
        "bytes",
        "methods.Methods",
        (BYTES + "s.hex()", "s = b'ab' * 400\nkept = []\nwhile True:\n    kept.append(s.hex(':'))"),
    ),
    Row(
        of("str", "format"),
        "characters; parts of the values, as trees",
        _TEXTS,
        (
            "s = '{0}' * 300_000\n---\ns.format(1)",
            "s = '{{' * 3_000_000\n---\ns.format(1)",
            NESTED + "return '{}'.format(x)",
            "s = '\\0' * 10_000_000\n---\n'{!r}'.format(s)",
        ),
    ),
    Row(
        of("str", "format_map"),
        "characters; items of the mapping",
        _TEXTS,
        (
            "s = '{a}' * 300_000\n---\ns.format_map({'a': 1})",
            "d = {f'a{n}': n for n in range(100_000)}\n---\n'{a1}'.format_map(d)",
        ),
    ),
    Row(
        of("str", "maketrans"),
        "characters",
        "library.conversions.class_method",
        ("s = ''.join(map(chr, range(32, 50_000)))\n---\n''.maketrans(s, s)",),
    ),
    Row(
        of("bytes", "maketrans fromhex"),
        "bytes",
        "library.conversions.reading",
        ("s = '00' * 5_000_000\nt = bytes(range(256))\n---\nbytes.fromhex(s)\nb''.maketrans(t, t)",),
    ),
]

NUMBERS = [
    Row(
        of("int", "as_integer_ratio bit_count conjugate"),
        "digits",
        "methods.Methods",
        ("n = 3 ** 600_000\n---\nn.{m}()",),
    ),
    constant(
        of("bool", "as_integer_ratio bit_count bit_length conjugate from_bytes to_bytes") + " int.bit_length",
        "y = True.as_integer_ratio(), True.bit_count(), True.bit_length(), (10**9).bit_length()",
    ),
    Row(
        "int.from_bytes",
        "bytes",
        "library.conversions.class_method",
        ("s = b'7' * 120_000\n---\n(0).from_bytes(s, 'big')",),
    ),
    Row(
        of("int", "to_bytes"),
        "bytes of the result",
        "methods.Methods",
        (
            "n = 7\nkept = []\nwhile True:\n    kept.append(n.to_bytes(10_000, 'big'))",
            "n = 3 ** 600_000\n---\nn.to_bytes(120_000, 'big')",
        ),
    ),
    constant(
        of("float", "as_integer_ratio conjugate fromhex hex is_integer") + " complex.conjugate slice.indices",
        "y = (1e308).as_integer_ratio(), (0.1).hex(), (0.1).is_integer(), (1j).conjugate()",
        "z = slice(1).indices(5), slice(1, 10**30).indices(5)",
    ),
    Row(
        of("Decimal", "exp ln log10 sqrt"),
        "two hundred steps each",
        "methods.Methods",
        ("n = decimal.Decimal('1.7')\n---\nn.{m}()",),
    ),
    Row(
        of(
            "Decimal",
            "canonical compare compare_signal compare_total compare_total_mag conjugate copy_abs copy_negate copy_sign fma max max_mag min min_mag next_minus next_plus next_toward normalize remainder_near same_quantum to_eng_string to_integral to_integral_exact to_integral_value as_tuple logical_and logical_or logical_xor",
        ),
        "digits of all",
        "methods.Methods",
        (
            "n = decimal.Decimal('7' * 900_000)\nkept = []\nwhile True:\n    try:\n        kept.append(n.{m}({'fma': lambda: (n, n), 'as_tuple': tuple, 'canonical': tuple, 'conjugate': tuple, 'copy_abs': tuple, 'copy_negate': tuple, 'next_minus': tuple, 'next_plus': tuple, 'normalize': tuple, 'to_eng_string': tuple, 'to_integral': tuple, 'to_integral_exact': tuple, 'to_integral_value': tuple}.get('{m}', lambda: (n,))()))"
            if False
            else "n = decimal.Decimal('7' * 900_000)\na = {'fma': [n, n], 'as_tuple': [], 'canonical': [], 'conjugate': [], 'copy_abs': [], 'copy_negate': [], 'next_minus': [], 'next_plus': [], 'normalize': [], 'to_eng_string': [], 'to_integral': [], 'to_integral_exact': [], 'to_integral_value': []}.get('{m}', [n])\nkept = []\nwhile True:\n    try:\n        kept.append(n.{m}(*a))\n    except ArithmeticError:\n        pass",
        ),
    ),
    Row(
        of("Decimal", "as_integer_ratio"),
        "the square of the digits, those of the exponent, too",
        "arithmetic.Arithmetic.fraction",
        (
            "n = decimal.Decimal('1E+999999')\nreturn n.as_integer_ratio()",
            "n = decimal.Decimal('1E-999999')\nreturn n.as_integer_ratio()",
            "n = decimal.Decimal('1E-9000')\n---\nn.as_integer_ratio()",
        ),
    ),
    constant(
        of(
            "Decimal",
            "adjusted from_float is_canonical is_finite is_infinite is_nan is_normal is_qnan is_signed is_snan is_subnormal is_zero logb logical_invert number_class quantize radix rotate scaleb shift",
        ),
        "n = decimal.Decimal('1.7')",
        "y = n.adjusted(), n.is_finite(), n.logb(), n.quantize(n), n.radix(), n.scaleb(3), n.number_class(), n.shift(2), n.rotate(2)",
    ),
]

DATES = [
    constant(
        of(
            "datetime",
            "astimezone combine ctime date dst fromisocalendar fromordinal isocalendar isoformat isoweekday replace time timestamp timetuple timetz toordinal tzname utcoffset utctimetuple weekday",
        ),
        "d = datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
        "y = d.astimezone(datetime.timezone.utc), d.ctime(), d.date(), d.dst(), d.isocalendar(), d.isoformat()",
        "z = d.replace(hour=3), d.timestamp(), d.timetuple(), d.toordinal(), d.tzname(), d.utcoffset(), d.weekday()",
    ),
    constant(
        of(
            "date",
            "ctime fromisocalendar fromordinal isocalendar isoformat isoweekday replace timetuple toordinal weekday",
        )
        + " "
        + of("time", "dst isoformat replace tzname utcoffset"),
        "d = datetime.date(2024, 1, 1)",
        "y = d.ctime(), d.isocalendar(), d.isoformat(), d.replace(day=3), d.timetuple(), d.toordinal(), d.weekday()",
        "z = datetime.time(1).isoformat(), datetime.time(1).replace(hour=2)",
    ),
    constant(
        "timedelta.total_seconds timezone.dst timezone.fromutc timezone.tzname timezone.utcoffset ZoneInfo.dst ZoneInfo.tzname ZoneInfo.utcoffset",
        "y = datetime.timedelta(1).total_seconds(), datetime.timezone.utc.tzname(None)",
        "z = zoneinfo.ZoneInfo('Europe/Berlin').utcoffset(datetime.datetime(2024, 1, 1))",
    ),
    Row(
        "datetime.fromisoformat date.fromisoformat time.fromisoformat",
        "characters",
        "library.conversions.reading",
        ("s = '0' * 10_000_000\nwhile True:\n    try:\n        datetime.{f}(s)\n    except ValueError:\n        pass",),
    ),
    Row(
        "datetime.strptime",
        "characters of both",
        "library.conversions.class_method",
        (
            "s = 'a' * 1_000_000\nd = datetime.datetime(2024, 1, 1)\nwhile True:\n    try:\n        d.strptime(s, s)\n    except ValueError:\n        pass"
            if False
            else "s = 'a' * 1_000_000\n---\ndatetime.datetime.strptime(s, s)",
        ),
    ),
    Row(
        "datetime.strftime date.strftime time.strftime",
        "characters",
        "methods.Methods",
        (
            "d = {'datetime': datetime.datetime(2024, 1, 1), 'date': datetime.date(2024, 1, 1), 'time': datetime.time(1)}['{f}'.split('.')[0]]\ns = '%c' * 1_000\nkept = []\nwhile True:\n    kept.append(d.strftime(s))",
            "d = datetime.datetime(2024, 1, 1)\ns = '%c' * 1_000_000\nreturn d.strftime(s)",
        ),
    ),
    constant(
        "PurePosixPath.as_posix PurePosixPath.is_absolute PurePosixPath.with_name PurePosixPath.with_suffix IsoCalendarDate.count IsoCalendarDate.index",
        "y = datetime.date(2024, 1, 1).isocalendar().count(1)",
    ),
]

SEQUENCES = [
    Row(
        of("list", "append clear"),
        "bytes of an entry",
        "codegen.weights.weight",
        ("xs = []\nwhile True:\n    xs.{m}(*([0] if '{m}' == 'append' else []))",),
    ),
    *_row(
        "list tuple deque",
        "count index",
        "items, times the parts of what is looked for",
        _SETS,
        "xs = {'list': list, 'tuple': tuple, 'deque': collections.deque}['{c}']([0] * 1_500_000)\nwhile True:\n    try:\n        xs.{m}(1)\n    except ValueError:\n        pass",
        NESTED + "xs = {'list': list, 'tuple': tuple, 'deque': collections.deque}['{c}']([x])\nreturn xs.{m}(y)",
        "xs = {'list': list, 'tuple': tuple, 'deque': collections.deque}['{c}']([0] * 900)\nwhile True:\n    try:\n        xs.{m}(1)\n    except ValueError:\n        pass",
    ),
    *_row(
        "list deque",
        "remove",
        "items, times the parts of what is looked for",
        _SETS,
        "xs = {'list': list, 'deque': collections.deque}['{c}']([0] * 1_500_000)\nwhile True:\n    try:\n        xs.remove(1)\n    except ValueError:\n        pass",
        NESTED + "xs = {'list': list, 'deque': collections.deque}['{c}']([x])\nreturn xs.remove(y)",
        "xs = {'list': list, 'deque': collections.deque}['{c}']([0] * 1_500_000)\nwhile True:\n    xs.remove(0)",
    ),
    *_row(
        "list deque",
        "copy",
        "items",
        _SETS,
        "xs = {'list': list, 'deque': collections.deque}['{c}']([0] * 900)\nreturn [xs.copy() for _ in range(2_000_000)]",
        "xs = {'list': list, 'deque': collections.deque}['{c}']([0] * 1_000_000)\n---\nxs.copy()",
    ),
    *_row(
        "list deque",
        "reverse",
        "items",
        _SETS,
        "xs = {'list': list, 'deque': collections.deque}['{c}']([0] * 1_500_000)\n---\nxs.reverse()",
    ),
    *_row(
        "list deque",
        "insert",
        "items that move",
        _SETS,
        "xs = {'list': list, 'deque': collections.deque}['{c}']([0] * 1_500_000)\n---\nxs.insert(len(xs) // 2 if '{c}' == 'deque' else 0, 1)",
    ),
    *_row(
        "list deque",
        "extend",
        "items",
        _SETS,
        "xs = {'list': list, 'deque': collections.deque}['{c}']()\nys = [0] * 1_000\n---\nxs.extend(ys)",
        "xs = {'list': list, 'deque': collections.deque}['{c}']()\nxs.extend(itertools.count())",
    ),
    Row("list.pop", "items that move", _SETS, (LIST + "xs.pop(0)",)),
    Row(
        "list.sort",
        "items, times the logarithm of their number; parts of each",
        _SETS,
        (
            "xs = [n * 7919 % 400_009 for n in range(300_000)] * 10\n---\nys = xs[:]\nys.sort()",
            NESTED + "xs = [x, y]\nxs.sort()",
            "xs = list(range(100_000))\n---\nxs.sort(key=lambda n: n * 7919 % 100_003)",
            "xs = [3, 1, 2]\n---\nxs.sort()",
        ),
    ),
    Row(
        of("deque", "append appendleft clear pop popleft extendleft rotate"),
        "items that move",
        _SETS,
        (
            "d = collections.deque([0] * 1_500_000)\n---\nif '{m}' == 'rotate':\n    d.rotate(700_000)\nelif '{m}' == 'extendleft':\n    d.extendleft(range(100))\nelif '{m}'.startswith('append'):\n    d.{m}(*['{m}'] * ('{m}' != 'clear'))\nelif d:\n    d.{m}()"
            if False
            else "d = collections.deque([0] * 1_500_000)\na = {'append': [1], 'appendleft': [1], 'extendleft': [[1] * 100], 'rotate': [700_000]}.get('{m}', [])\nwhile True:\n    try:\n        d.{m}(*a)\n    except IndexError:\n        pass",
        ),
    ),
    Row(
        of("range", "count index"),
        "items, unless an int is looked for",
        _SETS,
        (
            "return range(10**12).{m}(1.5)",
            "r = range(900)\nwhile True:\n    try:\n        r.{m}(0.5)\n    except ValueError:\n        pass",
        ),
    ),
]

_EACH = "d = " + _KINDS + "(range(200_000))\n"
HASHED = [
    *_row(
        "dict Counter OrderedDict defaultdict",
        "copy",
        "entries",
        _SETS,
        _EACH + "---\nd.copy()",
        "d = " + _KINDS + "(range(100))\nreturn [d.copy() for _ in range(2_000_000)]",
    ),
    *_row(
        "dict Counter OrderedDict defaultdict",
        "get setdefault pop",
        "parts of the key; keys with the same hash",
        "keys.Keys.hashed",
        TUPLES + "d = " + _KINDS + "([1])\nreturn d.{m}(x, 1)",
        COLLIDING
        + "d = "
        + _KINDS
        + "([1])\nfor k in ks:\n    d.setdefault(k, 1)\n    d.{m}(k, 1)\n    d.setdefault(k, 1)\nreturn d",
        "n = 3 ** 600_000\nd = " + _KINDS + "([1])\n---\nd.{m}(n, 1)",
    ),
    *_row(
        "dict OrderedDict defaultdict",
        "update",
        "entries; keys with the same hash",
        _SETS,
        _EACH + "e = dict.fromkeys(range(200_000))\n---\nd.update(e)",
        COLLIDING + "d = " + _KINDS + "([1])\nd.update(zip(ks, ks))\nreturn d",
        COLLIDING + "d = " + _KINDS + "([1])\nd.update([(k, 1) for k in ks])\nreturn d",
    ),
    *_row(
        "dict Counter OrderedDict defaultdict",
        "fromkeys",
        "items",
        _SETS,
        _EACH + "---\n" + "try:\n    d.fromkeys(range(1_000))\nexcept NotImplementedError:\n    pass",
    ),
    *_row(
        "dict Counter OrderedDict defaultdict",
        "keys values items popitem clear",
        "nothing, but to go through what was deleted",
        _SETS,
        _EACH + "while True:\n    try:\n        d.{m}()\n    except KeyError:\n        pass",
    ),
    Row(
        "Counter.elements",
        "items of the result",
        "library.containers.elements",
        (
            "return list(collections.Counter(a=10**12).elements())",
            "d = collections.Counter(range(200_000))\n---\nd.elements()",
        ),
    ),
    Row(
        "Counter.most_common",
        "entries, times the logarithm of their number",
        _SETS,
        (
            "d = collections.Counter(range(200_000))\n---\nd.most_common()",
            "d = collections.Counter(range(200_000))\n---\nd.most_common(3)",
            NESTED + "d = collections.Counter()\nd[1] = x\nd[2] = y\nreturn d.most_common()",
        ),
    ),
    Row("Counter.total", "entries; digits", _SETS, ("d = collections.Counter(range(200_000))\n---\nd.total()",)),
    Row(
        "Counter.update Counter.subtract",
        "items; keys with the same hash",
        _SETS,
        (
            "d = collections.Counter(range(200_000))\ne = list(range(200_000))\n---\nd.{m}(e)",
            COLLIDING + "d = collections.Counter()\nd.{m}(ks)\nreturn d",
            "d = collections.Counter(range(200_000))\n---\nd.{m}(d)",
        ),
    ),
    Row(
        "OrderedDict.move_to_end",
        "parts of the key",
        "keys.Keys.hashed",
        (TUPLES + "d = collections.OrderedDict()\nd.move_to_end(x)",),
    ),
    Row(
        of("set", "add discard remove"),
        "parts of the item; items with the same hash",
        "keys.Keys.hashed",
        (
            TUPLES + "d = {1}\nd.{m}(x)",
            COLLIDING + "d = {1}\nfor k in ks:\n    d.add(k)\n    d.{m}(k)\n    d.add(k)\nreturn len(d)",
        ),
    ),
    Row(of("set", "clear"), "a step", "methods.Methods", ("d = {1}\n---\nd.clear()",)),
    Row(
        of("set", "pop"),
        "a step",
        "ordered_set.OrderedSet.pop",
        (
            "d = set(range(300_000))\nwhile d:\n    d.pop()\nraise RuntimeError"
            if False
            else "d = set(range(300_000))\nawait act(0)\nwhile True:\n    d.add(d.pop())",
        ),
    ),
    *_row(
        "set frozenset",
        "copy difference intersection symmetric_difference union isdisjoint issubset issuperset",
        "items of all; items with the same hash",
        _SETS,
        "d = {c}(range(200_000))\ne = list(range(200_000))\n---\nd.{m}(*[e] * ('{m}' != 'copy'))",
        "d = {c}(range(200_000))\ne = {c}(range(200_000))\n---\nd.{m}(*[e] * ('{m}' != 'copy'))",
        COLLIDING + "d = {c}([1])\nd.{m}(*[ks] * ('{m}' != 'copy'))\nreturn {c}(ks)",
    ),
    Row(
        of("set", "update difference_update intersection_update symmetric_difference_update"),
        "items of all; items with the same hash",
        _SETS,
        (
            "d = set(range(200_000))\ne = list(range(200_000))\n---\nd.{m}(e)",
            "d = set(range(200_000))\n---\nd.{m}([1])"
            if False
            else "d = set(range(200_000))\nwhile True:\n    d.{m}([1])\n    d.update([1])",
            COLLIDING + "d = set([1])\nd.{m}(ks)\nreturn set(ks)",
        ),
    ),
    Row(
        "dict_keys.isdisjoint dict_items.isdisjoint",
        "items of the argument",
        _SETS,
        (DICT + "d.keys().isdisjoint([-1] * 1_000)\nd.items().isdisjoint([(-1, 0)] * 1_000)",),
    ),
]
ROWS = [*TEXTS, *NUMBERS, *DATES, *SEQUENCES, *HASHED]
_ = TEXT
