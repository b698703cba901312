"""datetime, date, time, timedelta and time zones: construction, arithmetic, methods."""

import datetime as dt
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from warren import Workflow, action, workflow

BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSET = timezone(timedelta(hours=2), "plus two")


@action
async def moment() -> datetime:
    return datetime(2024, 2, 29, 12, 30, tzinfo=UTC)


@workflow
class DatesAndTimes(Workflow):
    async def run(self, days: int) -> list:
        now = await moment()
        later = now + timedelta(days=days, hours=1.5)
        return [
            later,
            (later - EPOCH).total_seconds(),
            later > now,
            later.astimezone(BERLIN).isoformat(),
            later.astimezone(OFFSET).tzname(),
            now.date() + dt.timedelta(weeks=1),
            date(2024, 12, 31).isoweekday(),
            date.fromisoformat("2024-01-02").replace(day=3),
            datetime.fromisoformat("2024-01-01T00:00:00+01:00"),
            datetime.fromtimestamp(0, UTC),
            datetime.fromtimestamp(0, tz=timezone.utc).year,
            datetime.strptime("01/02/2024", "%d/%m/%Y"),
            datetime.combine(now.date(), now.time()),
            now.strftime("%d.%m.%Y"),
            timedelta(minutes=90) / 2,
            timedelta(days=1) // timedelta(hours=5),
            dt.time(12, 30) < dt.time(13),
            datetime.max.year,
            datetime(2024, 2, 27 + days),
        ]


CASES = [{"days": 1}, {"days": 3}, {"days": 10**9}]
