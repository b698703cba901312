"""A program in any language starts runs with one JSON message: here with pika, which knows nothing of Warren."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from tests.e2e import values_workload as values
from tests.e2e.foreign import SECONDS, foreigner
from tests.support.eventually import eventually
from tests.support.processes import Installation

from warren.contracts.ids import new_run_id
from warren.contracts.values import encode

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


def start(installed: Installation, body: bytes | dict[str, Any], *, count: int = 1) -> list[dict[str, Any]]:
    """Start as a foreign program would."""
    with foreigner(installed) as program:
        return program.start(body, count=count)


def refused(installed: Installation, body: bytes | dict[str, Any]) -> tuple[dict[str, Any], tuple[str, str, bytes]]:
    """The answer to a start that is wrong, and what is parked."""
    with foreigner(installed) as program:
        (answer,) = program.start(body)
        return answer, program.parked()


async def test_the_outcome_comes_to_the_reply_queue(pairs: Installation) -> None:
    (answer,) = await asyncio.to_thread(start, pairs, {"workflow": "e2e.steps", "input": {"n": 1, "steps": 3}})
    assert answer["type"] == "run_finished"
    assert (answer["status"], answer["result"], answer["error"]) == ("completed", 4, None)
    assert await pairs.store.get_run(answer["run_id"]) is not None


async def test_a_run_may_be_accepted_first(pairs: Installation) -> None:
    run_id = str(new_run_id())
    body = {"workflow": "e2e.steps", "input": {"n": 1, "steps": 1}, "run_id": run_id, "reply": "both"}
    accepted, finished = await asyncio.to_thread(start, pairs, body, count=2)
    assert (accepted["type"], accepted["run_id"], accepted["created"]) == ("run_accepted", run_id, True)
    assert (finished["type"], finished["run_id"], finished["result"]) == ("run_finished", run_id, 2)


async def test_a_worker_runs_the_validators_of_what_a_start_gives(pairs: Installation) -> None:
    body = {"workflow": "e2e.welcome", "input": {"customer": {"name": "ann", "age": "41"}}}
    (answer,) = await asyncio.to_thread(start, pairs, body)
    text, customer = answer["result"]
    assert text == "Customer Ann, 41"
    assert customer == encode(values.Customer(name="ann", age=41))
    body = {"workflow": "e2e.welcome", "input": {"customer": {"name": "nobody", "age": "x"}}}
    (answer,) = await asyncio.to_thread(start, pairs, body)
    assert (answer["type"], answer["status"]) == ("run_finished", "failed")
    text = str(answer["error"])
    assert "customer.name: Value error, nobody is no customer" in text
    assert "customer.age: " in text


async def test_the_same_start_twice_is_one_run(pairs: Installation) -> None:
    body = {"workflow": "e2e.steps", "input": {"n": 1, "steps": 1}, "key": f"raw-{uuid4()}"}
    (first,) = await asyncio.to_thread(start, pairs, body)
    (second,) = await asyncio.to_thread(start, pairs, body)
    assert first["run_id"] == second["run_id"]
    assert second["result"] == 2


async def test_nobody_has_to_wait_for_an_answer(pairs: Installation) -> None:
    run_id = new_run_id()

    def publish() -> None:
        with foreigner(pairs) as program:
            program.publish({"workflow": "e2e.steps", "input": {"n": 1, "steps": 1}, "run_id": str(run_id)})

    await asyncio.to_thread(publish)

    async def is_done() -> bool:
        run = await pairs.store.get_run(run_id)
        return run is not None and run.result == "2"

    await eventually(is_done, within_seconds=SECONDS)


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"workflow": "no such", "input": {}}, "unknown_workflow", "no such"),
        ({"workflow": "e2e.steps", "input": {}}, "invalid_input", "missing argument 'n' (int)"),
        ({"workflow": "e2e.steps", "input": {"n": "one"}}, "invalid_input", "n: expected int"),
        ({"workflow": "e2e.steps", "input": {"n": 1, "m": 2}}, "invalid_input", "unknown argument 'm'"),
        ({"workflow": "e2e.steps", "inputs": {"n": 1}}, "bad_message", "inputs"),
        ({"input": {"n": 1}}, "bad_message", "workflow"),
        (b'{"workflow": "e2e.steps", ', "bad_message", "JSON"),
        (b"\xff\x00", "bad_message", "JSON"),
    ],
    ids=["unknown", "missing", "ill-typed", "superfluous", "wrong field", "no workflow", "broken JSON", "no text"],
)
async def test_what_is_wrong_is_refused_and_parked(
    pairs: Installation, body: bytes | dict[str, Any], code: str, text: str
) -> None:
    answer, (reason, detail, parked) = await asyncio.to_thread(refused, pairs, body)
    assert answer["type"] == "refused"
    assert answer["error"]["code"] == code == reason
    assert text in answer["error"]["message"]
    assert detail == answer["error"]["message"]
    assert parked == (body if isinstance(body, bytes) else json.dumps(body).encode())
