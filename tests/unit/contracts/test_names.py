"""Names that people choose become names in the broker, which has limits of its own."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from warren.contracts import messages, names
from warren.contracts.topology import standard_topology
from warren.errors import InvalidInput

SHORT_STRING = 255
"""Bytes of a queue's name or a routing key in AMQP."""


@pytest.mark.parametrize("letter", ["x", "é", "☃", "🌧"])
def test_the_longest_name_of_a_workflow_fits_a_routing_key(letter: str) -> None:
    longest = letter * (names.WORKFLOW_NAME_BYTES // len(letter.encode()))
    assert messages.WorkflowSource(workflow=longest, ir={}).workflow == longest
    for status in messages.RunStatus:
        assert len(names.lifecycle_key(status.value, longest).encode()) <= SHORT_STRING
    with pytest.raises(ValidationError, match="200"):
        messages.WorkflowSource(workflow=longest + letter, ir={})


def test_the_longest_name_of_an_action_queue_fits() -> None:
    queue = max("q" * size for size in range(SHORT_STRING) if names.is_action_queue("q" * size))
    assert len(names.suspect_queue(queue)) <= SHORT_STRING
    assert len(names.action_queue(queue)) <= SHORT_STRING


@pytest.mark.parametrize("queue", ["", "bad queue!", "größe", "q" * 201])
def test_a_queue_that_cannot_be_is_wrong_input(queue: str) -> None:
    with pytest.raises(InvalidInput, match="no action queue can have the name"):
        standard_topology(shards=1, queue_type="quorum", action_queues=[queue])
