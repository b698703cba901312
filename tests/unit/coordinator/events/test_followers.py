"""Who is told of new transitions, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.ports import TransitionRow
from warren_coordinator.events import followers
from warren_coordinator.events.followers import Followers

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Told:
    """An outbox that notes what is answered."""

    def __init__(self) -> None:
        self.answers: list[tuple[str | None, Any]] = []

    def add_answer(self, event: messages.QueryAsked, result: Any) -> None:
        self.answers.append((event.reply.correlation_id, result))


def asked(run_id: UUID, who: str) -> messages.QueryAsked:
    reply = messages.RequestReply(reply_to="q", correlation_id=who)
    return messages.QueryAsked(run_id=run_id, id=who, name="warren:follow", reply=reply)


def told(known: Followers, run_id: UUID, *numbers: int, ended: bool = False, after: float = 0.0) -> list[Any]:
    rows = [TransitionRow(run_id, number, NOW, 0, "{}", "[]") for number in numbers]
    outbox: Any = Told()
    known.tell(rows, {run_id} if ended else set(), outbox, now=NOW + timedelta(seconds=after))
    return outbox.answers


def test_each_follower_is_told_once_for_a_batch_and_nobody_of_other_runs() -> None:
    known, run_id = Followers(), new_run_id()
    assert known.is_empty
    for who in "ab":
        known.add(asked(run_id, who), now=NOW, seconds=30)
    assert not known.is_empty
    news = {"seq": 4, "ended": False}
    assert told(known, run_id, 3, 4) == [("a", news), ("b", news)]
    assert told(known, new_run_id(), 1) == []


def test_asking_again_prolongs_it_and_who_does_not_is_forgotten() -> None:
    known, run_id = Followers(), new_run_id()
    known.add(asked(run_id, "a"), now=NOW, seconds=30)
    known.add(asked(run_id, "b"), now=NOW, seconds=30)
    known.add(asked(run_id, "b"), now=NOW + timedelta(seconds=20), seconds=30)
    assert [who for who, _ in told(known, run_id, 1, after=40)] == ["b"]
    other = new_run_id()
    known.add(asked(other, "c"), now=NOW + timedelta(seconds=60), seconds=1)
    assert told(known, run_id, 2) == []  # not even at an earlier time: it is gone
    known.add(asked(new_run_id(), "d"), now=NOW + timedelta(seconds=100), seconds=1)
    assert told(known, other, 1) == []


def test_the_end_is_the_last_that_is_told() -> None:
    known, run_id = Followers(), new_run_id()
    known.add(asked(run_id, "a"), now=NOW, seconds=30)
    assert told(known, run_id, 7, ended=True) == [("a", {"seq": 7, "ended": True})]
    assert known.is_empty


def test_there_are_not_more_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "MOST", 2)
    known, run_id = Followers(), new_run_id()
    for who in "abc":
        known.add(asked(run_id, who), now=NOW, seconds=30)
    known.add(asked(run_id, "a"), now=NOW, seconds=60)
    assert [who for who, _ in told(known, run_id, 1)] == ["a", "b"]
    assert [who for who, _ in told(known, run_id, 2, after=45)] == ["a"]
    told(known, run_id, 3, ended=True)
    known.add(asked(run_id, "c"), now=NOW, seconds=30)
    assert [who for who, _ in told(known, run_id, 4)] == ["c"]
