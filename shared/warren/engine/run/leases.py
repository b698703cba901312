"""What is known of the attempts of one run besides their calls: which worker holds which one until when, how often one
was lost, which are completed elsewhere, and what their heartbeats said. Data; for its rules see `engine.transitions`.

A long action's worker sends `ActionStarted`, acknowledges, and sends heartbeats, which move the lease's end. Their
details are in memory alone until some event of the history has them: the next attempt's command comes of such events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from warren.contracts.messages import Details
from warren.contracts.moments import moment_after

Json = Any
RECORD_AFTER: Final = timedelta(minutes=1)
"""New details are recorded when the recorded ones are older than this, and than a tenth of what the lease has lasted:
so a worker and a coordinator that die together lose little, and a long attempt has few transitions."""
_RECORD_SHARE: Final = 10
MOST_HEARD: Final = 100
"""So many requests about one invocation are recognised when they come again."""


@dataclass(slots=True)
class Lease:
    """A worker's hold on an attempt until `expires_at`; each heartbeat makes that `seconds` from then.

    `began` is when it took the attempt, `recorded` when its details were recorded last.
    """

    attempt: int
    worker: str
    seconds: float
    expires_at: datetime
    began: datetime
    recorded: datetime


class Leases:
    """By invocation: leases that are `held`, how many in a row were `lost`, the latest `details` of heartbeats, what is
    completed `elsewhere`, with the timer of its timeout or 0, and the numbers of the latest requests that were `heard`
    about it from there. `is_used` once there was any of it.
    """

    __slots__ = ("details", "elsewhere", "heard", "held", "is_used", "lost")

    def __init__(self) -> None:
        self.held: dict[int, Lease] = {}
        self.lost: dict[int, int] = {}
        self.details: dict[int, Details] = {}
        self.elsewhere: dict[int, int] = {}
        self.heard: dict[int, list[int]] = {}
        self.is_used = False

    @property
    def earliest(self) -> datetime | None:
        """When the first lease ends."""
        return min((lease.expires_at for lease in self.held.values()), default=None)

    def hold(self, invocation: int, attempt: int, worker: str, seconds: float, at: datetime) -> None:
        """A worker holds an attempt from `at` on, or goes on holding it."""
        self.is_used = True
        known = self.held.get(invocation)
        if known is None or (known.attempt, known.worker) != (attempt, worker):
            self.held[invocation] = Lease(attempt, worker, seconds, moment_after(at, seconds), at, at)
        else:
            known.seconds, known.expires_at = seconds, moment_after(at, seconds)

    def lose(self, invocation: int) -> int:
        """A lease ran out; how many in a row did now."""
        self.is_used = True
        self.held.pop(invocation, None)
        self.lost[invocation] = losses = self.lost.get(invocation, 0) + 1
        return losses

    def defer(self, invocation: int, timer: int) -> None:
        """The attempt is completed elsewhere, and no worker has it."""
        self.is_used = True
        self.held.pop(invocation, None)
        self.lost.pop(invocation, None)
        self.elsewhere[invocation] = timer

    def note(self, invocation: int, details: Details | None) -> bool:
        """Take in what a heartbeat said; whether it is news."""
        known = self.details.get(invocation)
        if details is None or (known is not None and known.number >= details.number):
            return False
        self.is_used = True
        self.details[invocation] = details
        return True

    def hear(self, invocation: int, request: int) -> bool:
        """Take in that another system has said something; whether that is news."""
        heard = self.heard.setdefault(invocation, [])
        if request in heard:
            return False
        self.is_used = True
        heard.append(request)
        del heard[:-MOST_HEARD]
        return True

    def is_record_due(self, invocation: int, at: datetime) -> bool:
        """Whether new details of a lease that is held are to be recorded."""
        lease = self.held[invocation]
        age = at - lease.recorded
        return age >= RECORD_AFTER and age * _RECORD_SHARE >= at - lease.began

    def answered(self, invocation: int) -> int:
        """The attempt was answered, and another one may follow, which is to know the details; the timer of its timeout
        elsewhere, or 0."""
        self.held.pop(invocation, None)
        self.lost.pop(invocation, None)
        return self.elsewhere.pop(invocation, 0)

    def end(self, invocation: int) -> int:
        """Nobody waits for the invocation any more; as `answered`."""
        self.details.pop(invocation, None)
        self.heard.pop(invocation, None)
        return self.answered(invocation)

    def extend(self, now: datetime) -> None:
        """Where no heartbeat could arrive (the run was not loaded, the broker away): a full lease from now."""
        for lease in self.held.values():
            lease.expires_at = max(lease.expires_at, moment_after(now, lease.seconds))

    def dump(self) -> Json:
        """JSON data for a snapshot."""
        data: dict[str, Json] = {
            "held": [self._dump_lease(invocation, lease) for invocation, lease in self.held.items()],
            "losses": list(self.lost.items()),
        }
        if self.details:
            data["details"] = [[invocation, each.number, each.value] for invocation, each in self.details.items()]
        if self.elsewhere:
            data["elsewhere"] = list(self.elsewhere.items())
        if self.heard:
            data["heard"] = list(self.heard.items())
        return data

    def _dump_lease(self, invocation: int, lease: Lease) -> Json:
        moments = [lease.expires_at, lease.began, lease.recorded] if invocation in self.details else [lease.expires_at]
        return [invocation, lease.attempt, lease.worker, lease.seconds, *(moment.isoformat() for moment in moments)]

    @classmethod
    def load(cls, data: Json) -> Leases:
        """The inverse of `dump`."""
        leases = cls()
        for invocation, attempt, worker, seconds, *moments in data["held"]:
            expires_at, *others = map(datetime.fromisoformat, moments)
            began, recorded = others or (expires_at, expires_at)
            leases.held[invocation] = Lease(attempt, worker, seconds, expires_at, began, recorded)
        leases.lost = dict(data["losses"])
        leases.details = {each[0]: Details(number=each[1], value=each[2]) for each in data.get("details", ())}
        leases.elsewhere = dict(data.get("elsewhere", ()))
        leases.heard = dict(data.get("heard", ()))
        leases.is_used = bool(leases.held or leases.lost or leases.details or leases.elsewhere)
        return leases
