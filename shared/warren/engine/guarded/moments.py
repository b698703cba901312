"""Dates and times without the machine: nothing here reads its time zone, its locale or the names of its zones.

What CPython takes from the process has one meaning: names of days and months and the usual forms are those of the C
locale, and the only zone names are UTC and GMT. A datetime without a time zone has no moment, so what asks for its
moment ends the run and says what to write. Must not know budgets.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import re
import types
from collections.abc import Callable
from typing import Any, Final

from warren.engine.values.limits import Stop
from warren.errors import NotSupportedInWorkflow

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_DIRECTIVE: Final = re.compile(r"%([-_0^#]*[EO]?)(:?.|$)", re.DOTALL)
_SAFE: Final = frozenset("defFgGHIjklmMnRStTuUVwWyYCDzZ%") | {":z", ""}
"""Directives of `strftime` that mean the same everywhere."""
_FORMS: Final = {"c": "%a %b %e %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S", "r": "%I:%M:%S %p"}
_NAMES: Final[dict[str, Callable[[Any], str]]] = {
    "a": lambda value: _day_of(value)[:3],
    "A": lambda value: _day_of(value),
    "b": lambda value: _MONTHS[_month_of(value) - 1][:3],
    "h": lambda value: _MONTHS[_month_of(value) - 1][:3],
    "B": lambda value: _MONTHS[_month_of(value) - 1],
    "p": lambda value: "AM" if getattr(value, "hour", 0) < 12 else "PM",
    "P": lambda value: "am" if getattr(value, "hour", 0) < 12 else "pm",
}
_LOCAL_ZONES: Final = frozenset({"localtime", "posixrules"})
OF_MOMENTS: Final = frozenset({"astimezone", "timestamp", "strftime"})
"""Methods of dates and times that would ask the machine."""


def method_of(value: Any, name: str) -> Callable[..., Any]:
    """`value.name` of a date or time, for a name in `OF_MOMENTS`."""
    if name == "strftime":
        return functools.partial(strftime, value)
    method: Callable[..., Any] = getattr(value, name)

    def checked(*args: Any, **kwargs: Any) -> Any:
        if name == "astimezone" and (args or kwargs.get("tz")) in ((), None, (None,)):
            raise _machine("astimezone() without a time zone", "give it one: `moment.astimezone(UTC)`")
        if value.utcoffset() is None:
            raise _machine(
                f"{name}() of a datetime without a time zone",
                f"give it one: `moment.replace(tzinfo=UTC).{name}(...)`",
            )
        return method(*args, **kwargs)

    return checked


def strftime(value: Any, *args: Any, **kwargs: Any) -> str:
    """`value.strftime(format)` in the C locale."""
    given = (*args, *kwargs.values())
    if len(given) == 1 and isinstance(given[0], str) and set(kwargs) <= {"format"}:
        known: dict[str, str] = {}
        text: str = value.strftime(_DIRECTIVE.sub(lambda match: _directive(value, match, known), given[0]))
        return text
    made: str = value.strftime(*args, **kwargs)  # raises what CPython does
    return made


def _directive(value: Any, match: re.Match[str], known: dict[str, str]) -> str:
    """What to hand to CPython's own instead of one directive; `known` are those of this format so far."""
    found = known.get(match[0])
    if found is None:
        found = known[match[0]] = _instead_of(value, match)
    return found


def _instead_of(value: Any, match: re.Match[str]) -> str:
    flags, letter = match.groups()
    if letter in _SAFE and not set(flags) - set("-_0"):
        return match[0]
    if not flags and letter in _NAMES:
        return _NAMES[letter](value)
    if not flags and letter in _FORMS:
        return strftime(value, _FORMS[letter])
    instead = "write `int(moment.timestamp())`" if letter == "s" else "use another directive"
    raise _machine(f"the directive {match[0]!r} of strftime", instead)


def _day_of(value: Any) -> str:
    return _DAYS[value.weekday() if isinstance(value, dt.date) else 0]  # a time is of 1 January 1900, a Monday


def _month_of(value: Any) -> int:
    return value.month if isinstance(value, dt.date) else 1


def is_moment(value: Any) -> bool:
    """Whether a format spec of the value is one of `strftime`."""
    return isinstance(value, dt.date | dt.time)


def checked_zone(key: Any) -> None:
    """End the run if a zone's name means the zone of the machine."""
    if key in _LOCAL_ZONES:
        raise _machine(f"the time zone {key!r}", 'name the one that is meant: `ZoneInfo("Europe/Berlin")`')


def from_timestamp(timestamp: Any, tz: Any = None) -> dt.datetime:
    """`datetime.fromtimestamp` with a time zone."""
    if tz is None:
        raise _machine("datetime.fromtimestamp() without a time zone", "give it one: `tz=UTC`")
    return dt.datetime.fromtimestamp(timestamp, tz)


def date_from_timestamp(*_: Any, **__: Any) -> dt.date:
    """`date.fromtimestamp`, which takes no time zone."""
    raise _machine("date.fromtimestamp()", "write `datetime.fromtimestamp(seconds, UTC).date()`")


def strptime(*args: Any) -> dt.datetime:
    """`datetime.strptime` in the C locale, with no zone names but UTC and GMT."""
    if len(args) != 2 or not all(isinstance(arg, str) for arg in args):
        return dt.datetime.strptime(*args)  # noqa: DTZ007 - raises what CPython does
    parser = _parser()
    parse = getattr(parser, "_strptime_datetime", None) or parser._strptime_datetime_datetime
    made: dt.datetime = parse(dt.datetime, *args)
    return made


class _CLocale:
    """What CPython's parser asks its locale for."""

    lang = ("en_US", "UTF-8")
    f_weekday = [name.lower() for name in _DAYS]  # noqa: RUF012 - as there
    a_weekday = [name[:3].lower() for name in _DAYS]  # noqa: RUF012
    f_month = ["", *(name.lower() for name in _MONTHS)]  # noqa: RUF012
    a_month = ["", *(name[:3].lower() for name in _MONTHS)]  # noqa: RUF012
    am_pm = ["am", "pm"]  # noqa: RUF012
    LC_date_time = "%a %b %d %H:%M:%S %Y"
    LC_date = "%m/%d/%y"
    LC_time = "%H:%M:%S"
    LC_time_ampm = "%I:%M:%S %p"
    LC_alt_digits = None
    tzname = ("UTC", "UTC")
    daylight = 0
    timezone = (frozenset({"utc", "gmt"}), frozenset({"utc"}))


@functools.cache
def _parser() -> Any:
    """A copy of CPython's own module for it, which has this locale and never asks for another one."""
    spec = importlib.util.find_spec("_strptime")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    locale = _CLocale()
    module._getlang = lambda: locale.lang
    module.LocaleTime = lambda: locale
    module.time = types.SimpleNamespace(tzname=locale.tzname, daylight=locale.daylight)
    module._TimeRE_cache = module.TimeRE(locale)
    module._regex_cache.clear()
    return module


def _machine(what: str, instead: str) -> Stop:
    return Stop(NotSupportedInWorkflow(f"{what} depends on the machine; {instead}, or do it in an @action"))
