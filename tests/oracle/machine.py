"""What workflow code could learn of its machine: expressions, each evaluated by the engine in this very process.

`python -m tests.oracle.machine` prints what they give as JSON; it must be the same in every environment. With `LC_ALL`
set the process takes the locale, and with `DECIMAL_PRECISION` a decimal context, as a user's program might.
"""

from __future__ import annotations

import asyncio
import decimal
import json
import locale
import os
import pathlib
import sys
import tempfile
from typing import Any

from tests.support.modules import write_and_import

from warren.errors import NotSupportedInWorkflow
from warren.testing import run_workflow

HEAD = """\
import collections, datetime as dt, functools, itertools, json, math, operator, statistics, textwrap, uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from warren import Workflow, action, workflow

NAIVE, AWARE = datetime(2024, 7, 1, 12, 5, 9), datetime(2024, 7, 1, 12, 5, 9, tzinfo=UTC)
DATE, TIME = date(2024, 7, 1), time(15, 5, 9)
BERLIN = ZoneInfo("Europe/Berlin")


@action
async def act(value: int) -> int:
    return value


"""
REFUSED = """\
NAIVE.astimezone(BERLIN)
NAIVE.astimezone(tz=UTC)
AWARE.astimezone(None)
AWARE.astimezone(*[])
AWARE.astimezone(tz=None)
[f() for f in [AWARE.astimezone]]
getattr(AWARE, "astimezone")()
datetime.astimezone(NAIVE, UTC)
NAIVE.timestamp()
datetime.timestamp(NAIVE)
list(map(datetime.timestamp, [NAIVE]))
operator.methodcaller("timestamp")(NAIVE)
operator.attrgetter("timestamp")(NAIVE)()
NAIVE.strftime("%s")
AWARE.strftime("%s")
NAIVE.strftime("%Ex")
NAIVE.strftime("%Od")
NAIVE.strftime("%^a")
NAIVE.strftime("%Q")
f"{NAIVE:%s}"
"{:%s}".format(NAIVE)
[f(0) for f in [datetime.fromtimestamp]]
datetime.fromtimestamp(0, None)
datetime.fromtimestamp(0, tz=None)
ZoneInfo("localtime").utcoffset(NAIVE)
ZoneInfo(key="posixrules").utcoffset(NAIVE)"""
"""What ends a run and says what to write."""
VALUES = """\
AWARE.astimezone(BERLIN)
AWARE.timestamp()
datetime.fromtimestamp(0, UTC)
NAIVE.strftime("%c|%x|%X|%p|%a|%A|%b|%B|%h|%r|%%|%d %m %Y %j %U %W %G-%V-%u %H:%M:%S.%f %y %I %w %e|%Z%z")
DATE.strftime("%c|%x|%X|%p|%a|%A|%b|%B")
TIME.strftime("%c|%x|%X|%p|%a|%A|%b|%B")
AWARE.strftime("%-d %_d %Z %z")
f"{NAIVE:%c}|{DATE:%A}|{TIME:%p}|{NAIVE}|{DATE:}"
format(NAIVE, "%c") + format(DATE, "%A")
"{:%c}|{:%A}|{!r}".format(NAIVE, DATE, TIME)
"{x:%B %d}".format_map({"x": NAIVE})
NAIVE.ctime() + DATE.ctime()
datetime.strptime("Monday July 5 2024", "%A %B %d %Y")
datetime.strptime("Mon Jul  1 12:00:00 2024", "%c")
datetime.strptime("07/01/24 03:04 PM", "%x %I:%M %p")
datetime.strptime("2024 UTC", "%Y %Z")
datetime.strptime("2024-07-01 12:30 +0200", "%Y-%m-%d %H:%M %z")
f"{1234567.5:n}|{1234567:n}|{Decimal('1234567.5'):n}|{1234567:12n}|{True:n}|{1234567:,}"
format(1234567, "n") + format(1234567.5, ".3n")
"{:n}|{!s:>5}|{:10n}".format(1234567, 5, 1234567.5)
Decimal(1) / Decimal(3)
Decimal("2").sqrt()
sum([Decimal("1.11111111111")] * 3)
round(Decimal("1.23456789"), 6)
str(Decimal("1E+30"))
statistics.mean([Decimal("1.2345678"), Decimal("2.2")])
f"{Decimal('1.23456789'):.3f}"
len(str(10**4299))
int("9" * 4300) % 10
{1, "a", "b", (2, 3)}
list({"a", "b", "c"} | {"q", "r"})
list({"q": 1, "r": 2}.keys() | {"r", "t", "u"})
list(collections.Counter("hello") & collections.Counter("low"))
[repr(act), repr([act]), repr(act(1)), repr(functools.partial(act, 1)), repr(iter([1])), repr(lambda: 1)]
str(uuid.uuid5(uuid.NAMESPACE_DNS, "warren"))"""
RAISED = """\
datetime.strptime("2024 EST", "%Y %Z")
datetime.strptime("Montag", "%A")
int("9" * 4301)
len(str(10**4300))
Decimal(1) / Decimal(0)"""
"""What raises an exception, the same everywhere."""


async def observe(expression: str, folder: pathlib.Path) -> str:
    """What the engine gives for an expression; its module is called `module`, whichever number it has here."""
    source = f"""
@workflow
class Machine(Workflow):
    name = NAME

    async def run(self):
        await act(1)
        return repr({expression})
"""
    module = write_and_import(folder, source, head=HEAD)
    try:
        found = str(await run_workflow(module.Machine))
    except NotSupportedInWorkflow as error:
        found = f"refused: {error}"
    except Exception as error:
        found = repr(error)
    return found.replace(module.__name__, "module")


async def observe_all() -> dict[str, str]:
    """All of them."""
    lines = [*REFUSED.splitlines(), *VALUES.splitlines(), *RAISED.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        return {line: await observe(line, pathlib.Path(folder)) for line in lines}


def main() -> None:
    """Take what the environment says, and print."""
    if os.environ.get("LC_ALL"):
        locale.setlocale(locale.LC_ALL, "")
    if os.environ.get("DECIMAL_PRECISION"):
        decimal.getcontext().prec = int(os.environ["DECIMAL_PRECISION"])
        decimal.getcontext().rounding = decimal.ROUND_UP
        decimal.getcontext().capitals = 0
    found: Any = asyncio.run(observe_all())
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
