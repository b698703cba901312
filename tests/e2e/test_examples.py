"""Each example gives what its page says: through `warren.testing`, and through the command line with no server."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from examples.document_pipeline import Report, WordCount
from examples.order_fulfilment import (
    CarrierUnavailable,
    Line,
    Order,
    OrderFulfilment,
    Outcome,
    book_carrier,
    release,
)
from examples.parallel_math import ParallelMath
from examples.subscription import Account, Subscription
from tests.e2e.command_line import ROOT, run_warren

from warren.testing import WorkflowEnvironment, run_workflow

TEA = Line(sku="tea", quantity=2, price=Decimal("4.50"))


def order(*lines: Line, card: str = "ok", express: bool = False) -> Order:
    return Order(id="A-1", lines=list(lines), card=card, express=express)


async def test_parallel_math() -> None:
    assert await run_workflow(ParallelMath, [3, 4, 5]) == {
        "numbers": 3,
        "largest_factorial": 120,
        "sum_of_factorials": 150,
        "sum_of_prime_counts": 7,
    }
    assert (await run_workflow(ParallelMath, []))["sum_of_factorials"] == 0


async def test_an_order_ships_after_the_carrier_is_asked_again() -> None:
    environment = WorkflowEnvironment()
    outcome = await environment.run_workflow(OrderFulfilment, order(TEA), packing_seconds=3600)
    assert outcome == Outcome(order="A-1", status="shipped", total=Decimal("9.00"), tracking="ST-A-1")
    events = [row.event.type for row in environment.history]
    assert events.count("action_failed") == 1
    assert events.count("timer_due") == 2  # the pause and the wait before the second booking


async def test_an_express_order_does_not_wait() -> None:
    outcome = await run_workflow(OrderFulfilment, order(TEA, express=True))
    assert (outcome.tracking, outcome.notes) == ("EX-A-1", ["packed first"])


@pytest.mark.parametrize(
    ("wrong", "note", "released"),
    [
        (order(), "nothing was ordered", []),
        (order(TEA, card="declined"), "card refused for 9.00", ["tea/2"]),
        (order(TEA, Line(sku="pot", price=Decimal(30))), "1 x pot", ["tea/2"]),
    ],
)
async def test_a_rejected_order_gives_everything_back(wrong: Order, note: str, released: list[str]) -> None:
    given_back: list[str] = []

    async def note_release(reservation: str) -> None:
        given_back.append(reservation)

    outcome = await run_workflow(OrderFulfilment, wrong, actions={release: note_release})
    assert (outcome.status, outcome.notes, given_back) == ("rejected", [note], released)


async def test_a_carrier_that_stays_away_fails_the_run() -> None:
    async def never(order: str, express: bool) -> str:
        raise CarrierUnavailable(order)

    with pytest.raises(CarrierUnavailable):
        await run_workflow(OrderFulfilment, order(TEA), actions={book_carrier: never})


async def test_word_count_of_the_texts_in_the_folder() -> None:
    report = await run_workflow(WordCount)
    assert isinstance(report, Report)
    assert (report.documents, report.parts, report.words) == (3, 11, 536)
    assert report.most_common[0] == ("the", 32)
    assert report.longest_word == "involuntarily"


async def test_word_count_of_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("a b\na\n")
    (tmp_path / "two.txt").write_text("B")
    report = await run_workflow(WordCount, str(tmp_path), lines_per_part=1, top=1)
    assert (report.documents, report.parts, report.words, report.most_common) == (2, 3, 4, [("a", 2)])
    with pytest.raises(FileNotFoundError):
        await run_workflow(WordCount, str(tmp_path / "nowhere"))


async def test_a_subscription_goes_on_in_fresh_histories_as_it_is_told() -> None:
    environment = WorkflowEnvironment()
    environment.start(Subscription, {"account": Account(customer="Ann"), "fresh_after": 4})
    environment.signal("change_plan", "family")
    finished = asyncio.create_task(environment.finish(Subscription, signals=True))
    while environment.driver.query("status").months < 7:
        await asyncio.sleep(0.01)
    assert environment.driver.state.previous is not None
    assert len(environment.history) < 10
    environment.signal("pause")
    environment.signal("close")
    await finished
    account = environment.driver.outcome()
    assert (account.plan, account.paid) == ("family", 4 + (account.months - 1) * Decimal("9.50"))
    assert account.months >= 7


@pytest.mark.parametrize(
    ("target", "given", "expected"),
    [
        ("examples.parallel_math:ParallelMath", {"numbers": [10, 20, 30]}, {"numbers": 3, "sum_of_prime_counts": 22}),
        (
            "examples.order_fulfilment:OrderFulfilment",
            {"order": {"id": "A-1", "lines": [{"sku": "tea", "quantity": 2, "price": "4.50"}], "card": "ok"}},
            {"order": "A-1", "status": "shipped", "total": "9.00", "tracking": "ST-A-1", "notes": []},
        ),
        ("examples.document_pipeline:WordCount", {}, {"documents": 3, "parts": 11, "words": 536}),
        (
            "examples.subscription:Subscription",
            {"account": {"customer": "Ann"}, "month_seconds": 0.05, "months": 12},
            {"customer": "Ann", "months": 12, "paid": "48.00"},
        ),
    ],
)
def test_the_command_line_runs_it(target: str, given: dict[str, Any], expected: dict[str, Any], tmp_path: Path) -> None:
    done = run_warren("run", target, "--input", json.dumps(given), "--data", str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert {name: result[name] for name in expected} == expected


def test_the_demo_shows_every_example_and_a_run_that_survives_its_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples.demo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stderr
    for sign in (
        '"sum_of_prime_counts": 22',
        '"words": 536',
        "killed: exit code -9",
        '"paid": "48.00"',
        '"status": "shipped"',
        "timer",
    ):
        assert sign in done.stdout
