"""Workflows share messages of bounded size, in their order, and none is sent that is too large."""

from __future__ import annotations

import pytest

from warren.contracts import messages, registrations, wire
from warren.contracts.messages import WorkflowSource
from warren.contracts.registrations import MESSAGE_BYTES, PROGRAM_BYTES
from warren.errors import InvalidInput


def source(number: int, size: int) -> WorkflowSource:
    """One whose JSON has so many bytes, about."""
    return WorkflowSource(workflow=f"w{number}", ir={"k": "x" * size})


def test_many_workflows_go_into_few_messages_of_bounded_size() -> None:
    sources = [source(number, 30_000) for number in range(500)]
    packed = registrations.registrations(sources)
    assert len(packed) == 15
    assert max(len(each.body) for each in packed) < MESSAGE_BYTES + 1_000
    found = [wire.load(messages.RegisterWorkflows, each.body).workflows for each in packed]
    assert [one for each in found for one in each] == sources
    assert [[one.workflow for one in each] for each in found] == [each.workflows for each in packed]


def test_a_large_workflow_has_a_message_to_itself() -> None:
    sizes = [10, 2 * MESSAGE_BYTES, 10, MESSAGE_BYTES - 50, 300]
    packed = registrations.registrations(source(number, size) for number, size in enumerate(sizes))
    assert [each.workflows for each in packed] == [["w0"], ["w1"], ["w2"], ["w3"], ["w4"]]


def test_nothing_to_register_is_one_message_that_says_so() -> None:
    (packed,) = registrations.registrations([])
    assert wire.load(messages.RegisterWorkflows, packed.body).workflows == ()


def test_what_is_too_large_is_named_with_its_size() -> None:
    text = r"the workflow 'w7' is too large to register: 9\.0 MiB as JSON, and 4 MiB is the most\. Keep large data"
    with pytest.raises(InvalidInput, match=text):
        registrations.registrations([source(1, 10), source(7, 9 << 20)])
    assert registrations.checked(source(1, PROGRAM_BYTES - 100))
