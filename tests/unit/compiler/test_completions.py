"""Completions of actions on their way through compiler and coordinator, over memory adapters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from tests.support.cluster import Cluster, cluster

from warren import RetryPolicy, Workflow, action, workflow
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.task_tokens import write_token
from warren.contracts.values import encode_exception


@action
async def charge(amount: int) -> object:
    return amount


@workflow
class Charges(Workflow):
    async def run(self, amount: int) -> object:
        return await self.run_action(charge(amount), retry=RetryPolicy(attempts=2))


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster(compilers=2, coordinators=2) as made:
        await made.register(Charges)
        yield made


async def deferred(working: Cluster, attempt: int = 1) -> tuple[str, messages.RunAction]:
    """A run whose action is completed elsewhere: its token, and the action."""
    await working.start(Charges, amount=5)
    (item,) = await working.actions(1)
    await defer(working, item)
    return write_token(item.run_id, item.invocation, attempt), item


async def defer(working: Cluster, item: messages.RunAction) -> None:
    about = {"run_id": item.run_id, "invocation": item.invocation, "attempt": item.attempt}
    await working.event(messages.ActionDeferred.model_validate(about))


async def say(working: Cluster, token: str, **said: Any) -> messages.Reply:
    request = messages.CompleteAction.model_validate({"token": token, "id": uuid4().hex, **said})
    await working.command(names.COMPLETE_ACTION_KEY, wire.dump(request))
    return await working.reply()


async def code_of(working: Cluster, token: str, **said: Any) -> str:
    reply = await say(working, token, **said)
    assert isinstance(reply, messages.Refused), reply
    return reply.error.code


async def test_a_completion_is_the_result_and_is_answered(working: Cluster) -> None:
    token, item = await deferred(working)
    body = {"token": token, "id": "one", "result": {"paid": 5}}
    await working.command(names.COMPLETE_ACTION_KEY, wire.dump(messages.CompleteAction.model_validate(body)))
    replies = [await working.reply(), await working.reply()]
    assert messages.RequestDone(run_id=item.run_id, id="one") in replies
    (finished,) = (reply for reply in replies if isinstance(reply, messages.RunFinished))
    assert finished.result == {"paid": 5}
    assert isinstance(await say(working, token, result={"paid": 5}), messages.RequestDone), "the same, after the end"
    assert await code_of(working, token, result={"paid": 6}) == "run_ended"


async def test_a_failure_is_tried_again_and_its_token_is_an_old_one(working: Cluster) -> None:
    token, item = await deferred(working)
    assert isinstance(await say(working, token, details={"page": 1}), messages.RequestDone)
    assert isinstance(await say(working, token, details={"page": 2}), messages.RequestDone)
    assert isinstance(await say(working, token, error="the bank said no"), messages.RequestDone)
    (again,) = await working.actions(1)
    assert (again.attempt, again.details) == (2, messages.Details(number=2, value={"page": 2}))
    assert isinstance(await say(working, token, error="the bank said no"), messages.RequestDone), "the same once more"
    assert await code_of(working, token, result=1) == "action_not_open"
    assert await code_of(working, token, details=1) == "action_not_open"
    await defer(working, again)
    error = encode_exception(ValueError("no"))
    await working.command(
        names.COMPLETE_ACTION_KEY,
        wire.dump(messages.CompleteAction(token=write_token(item.run_id, item.invocation, 2), error=error)),
    )
    replies = [await working.reply(), await working.reply()]
    (finished,) = (reply for reply in replies if isinstance(reply, messages.RunFinished))
    assert finished.error["t"] == "builtins:ValueError"


async def test_copies_that_come_together_are_all_answered_the_same_and_others_are_not(working: Cluster) -> None:
    token, _ = await deferred(working)
    for result in (1, 1, 2, 1):
        body = wire.dump(messages.CompleteAction(token=token, result=result))
        await working.command(names.COMPLETE_ACTION_KEY, body, correlation_id=f"r{result}")
    replies = [await working.reply() for _ in range(5)]
    assert sum(isinstance(reply, messages.RequestDone) for reply in replies) == 3
    (refused,) = (reply for reply in replies if isinstance(reply, messages.Refused))
    assert refused.error.code in {"action_not_open", "run_ended"}
    assert sum(isinstance(reply, messages.RunFinished) for reply in replies) == 1


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        ({"token": "nonsense", "result": 1}, "bad_message", "no task token"),
        ({"result": 1, "error": "no"}, "bad_message", "say one thing"),
        ({}, "bad_message", "say one thing"),
        ({"details": None}, "bad_message", "say one thing"),
        ({"reslt": 1}, "bad_message", "reslt"),
        ({"error": {"no": "exception"}}, "invalid_input", "a text, or a tagged exception"),
        ({"result": {"$": "nothing"}}, "invalid_input", "the result cannot be read"),
        ({"details": {"$": "nothing"}}, "invalid_input", "the details cannot be read"),
        ({"details": "x" * 70_000}, "value_too_large", "the details of a heartbeat"),
    ],
)
async def test_what_is_wrong_is_refused_and_the_run_waits_on(
    working: Cluster, said: dict[str, Any], code: str, text: str
) -> None:
    token, item = await deferred(working)
    await working.command(names.COMPLETE_ACTION_KEY, json.dumps({"token": token, **said}).encode())
    refused = await working.reply()
    assert isinstance(refused, messages.Refused)
    assert refused.error.code == code
    assert text in refused.error.message
    assert working.sequence(item.run_id) == [1, 2]


async def test_a_token_of_no_run_is_refused_after_a_while(working: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_compiler.request_handler.PATIENCE_SECONDS", 0.1)
    assert await code_of(working, write_token(new_run_id(), 1, 1), result=1) == "run_not_found"


async def test_nobody_is_sent_a_deferred_action_again(working: Cluster) -> None:
    token, item = await deferred(working)
    await defer(working, item)
    assert isinstance(await say(working, token, details=1), messages.RequestDone)
    assert not await working.has_actions()
    for service in working.services:
        await service.crash()
    await working.compiler()
    await working.coordinator()
    await defer(working, item)
    assert not await working.has_actions()
    body = wire.dump(messages.CompleteAction(token=token, result=1))
    await working.command(names.COMPLETE_ACTION_KEY, body)
    async with asyncio.timeout(5):
        while not isinstance(await working.reply(), messages.RunFinished):
            pass
