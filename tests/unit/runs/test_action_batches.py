"""What several actions of a message have in common is in it once, and every bound of a message still holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from warren.contracts import messages, rendering, wire
from warren.contracts.shared_values import SHARED_BYTES
from warren.engine.commands import DispatchAction
from warren.runs.action_batches import Action, LargeValues, bodies
from warren.runtime.batching import MessageLimit

HEAD = rendering.run_action_head(run_id=UUID(int=7), workflow='or"der', shard=3, traceparent=None)
LIMIT = MessageLimit(items=16, size=64 << 10)
DOCUMENT = {"text": "\u00e4" * 100_000}
TEXT = "x" * 2_000


def command(number: int, *args: Any, **kwargs: Any) -> DispatchAction:
    return DispatchAction(number, 1, "m:ask", "q", list(args), kwargs, 1.5 if number % 2 else None)


def actions_of(commands: list[DispatchAction], *, seed: str | None = None) -> list[Action]:
    values = LargeValues()
    return [values.action(HEAD, each, seed) for each in commands]


def expected(commands: list[DispatchAction]) -> list[messages.RunAction]:
    return [
        messages.RunAction(
            run_id=UUID(int=7),
            workflow='or"der',
            shard=3,
            invocation=each.invocation,
            action=each.action,
            args=each.args,
            kwargs=each.kwargs,
            timeout_seconds=each.timeout_seconds,
        )
        for each in commands
    ]


def read(made: list[bytes]) -> list[list[messages.RunAction]]:
    return [list(wire.load_actions(body)) for body in made]


def all_of(made: list[bytes]) -> list[messages.RunAction]:
    return [action for batch in read(made) for action in batch]


def test_a_large_value_is_in_a_message_once() -> None:
    commands = [command(number, DOCUMENT, f"question {number}", style=TEXT) for number in range(1, 34)]
    made = list(bodies(actions_of(commands), LIMIT))
    assert all_of(made) == expected(commands)
    assert [len(batch) for batch in read(made)] == [1, 16, 16], "the first one had nothing in common with others yet"
    assert all(len(body) < 220_000 for body in made)
    assert [body.count(TEXT.encode()) for body in made] == [1, 1, 1]
    with_seed = list(bodies(actions_of(commands, seed='s"'), LIMIT))
    assert {action.seed for batch in read(with_seed) for action in batch} == {'s"'}


def test_nothing_is_shared_by_what_is_small_or_another_object() -> None:
    for commands in (
        [command(number, {"small": "x" * (SHARED_BYTES - 100)}, number) for number in range(4)],
        [command(number, {"text": TEXT}) for number in range(4)],
        [command(1, DOCUMENT), command(2, 1)],
    ):
        made = list(bodies(actions_of(commands), LIMIT))
        assert all_of(made) == expected(commands)
        assert not any(b'"shared"' in body for body in made)


def test_what_is_alone_in_its_message_is_an_ordinary_batch() -> None:
    commands = [command(number, DOCUMENT, TEXT) for number in range(3)]
    for body in bodies(actions_of(commands), MessageLimit(1, LIMIT.size)):
        assert len(wire.load(messages.ActionBatch, body).items) == 1


@pytest.mark.parametrize("size", [0, 100, 5_000, 64 << 10])
@pytest.mark.parametrize("items", [1, 3, 16])
def test_messages_keep_their_bounds(size: int, items: int) -> None:
    """Beyond the first action and the values that it has, a message has at most `size` bytes."""
    other = {"text": "y" * 30_000}
    commands = [
        command(number, *[DOCUMENT, TEXT, number][number % 3 :], k=other if number % 5 else DOCUMENT)
        for number in range(60)
    ]
    made = list(bodies(actions_of(commands), MessageLimit(items, size)))
    assert all_of(made) == expected(commands)
    for body, batch in zip(made, read(made), strict=True):
        first = len(wire.dump(messages.ActionBatch(items=(batch[0],))))
        assert len(batch) <= items
        assert len(body) <= first + size + 100 * len(batch)


def test_values_that_differ_do_not_fill_a_message_beyond_its_bound() -> None:
    documents = [{"text": str(number) * 40_000} for number in range(4)]
    commands = [command(number, documents[number % 4]) for number in range(8)]
    made = list(bodies(actions_of(commands), LIMIT))
    assert all_of(made) == expected(commands)
    assert all(len(body) <= LIMIT.size + 500 for body in made)


def test_what_a_batch_wrote_is_not_taken_for_another_value() -> None:
    """Values that nobody else holds on to must not give their identity to the next ones."""
    values = LargeValues()
    made = [values.action(HEAD, command(number, {"text": str(number) * 3_000}), None) for number in range(50)]
    texts = [action.args[0]["text"][:1] for batch in read(list(bodies(made, LIMIT))) for action in batch]
    assert texts == [str(number)[0] for number in range(50)]
