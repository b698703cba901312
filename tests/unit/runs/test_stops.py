"""What workers need not go on with: one message for a batch."""

from __future__ import annotations

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.ports import OutgoingMessage
from warren.runs.stops import Stops


def orders(found: list[OutgoingMessage]) -> list[messages.CancelActions]:
    assert all(
        (each.exchange, each.mandatory, each.persistent) == (names.CONTROL_EXCHANGE, False, False) for each in found
    )
    return [wire.load(messages.CancelActions, each.body) for each in found]


def test_there_is_no_message_without_need() -> None:
    assert Stops().messages() == []


def test_many_attempts_of_many_runs_are_one_message() -> None:
    stops, runs = Stops(), [new_run_id() for _ in range(100)]
    for run_id in runs:
        stops.add(run_id, [(1, 1)])
        stops.add(run_id, [(2, 3), (1, 1)])
    (order,) = orders(stops.messages())
    assert order.run_ids == ()
    assert [(part.run_id, part.attempts) for part in order.attempts] == [(run_id, ((1, 1), (2, 3))) for run_id in runs]
    assert stops.messages() == []


def test_of_a_whole_run_no_attempts_are_named() -> None:
    stops, whole, other = Stops(), new_run_id(), new_run_id()
    stops.add(whole, [(1, 1)])
    stops.add(whole, [])
    stops.add(other, [(1, 1)])
    first, second = orders(stops.messages())
    assert (first.run_ids, first.attempts) == ((whole,), ())
    assert [part.run_id for part in second.attempts] == [other]


def test_very_many_attempts_are_several_messages() -> None:
    stops, small, wide = Stops(), new_run_id(), new_run_id()
    stops.add(small, [(1, 1)])
    stops.add(wide, [(number, 1) for number in range(12_000)])
    found = orders(stops.messages())
    assert len(found) == 3
    told = [(part.run_id, attempt) for order in found for part in order.attempts for attempt in part.attempts]
    assert told == [(small, (1, 1)), *((wide, (number, 1)) for number in range(12_000))]
    assert all(part.attempts for order in found for part in order.attempts)
