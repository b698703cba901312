"""The fixture workflows: each compiles to its golden IR, which survives JSON and does not depend on the layout."""

from __future__ import annotations

import json

import pytest
from tests.support.golden import (
    GOLDEN,
    HASHES,
    fixture_names,
    golden_path,
    golden_text,
    graph_path,
    graph_text,
    hashes,
    workflow_ir,
)

from warren.ir import content_hash, from_json, to_json

NAMES = fixture_names()


@pytest.mark.parametrize("name", NAMES)
def test_compiles_to_the_golden_ir(name: str) -> None:
    assert golden_text(name) == golden_path(name).read_text(), "meant? then run `make golden`"


@pytest.mark.parametrize("name", NAMES)
def test_is_lowered_to_the_golden_graph(name: str) -> None:
    assert graph_text(name) == graph_path(name).read_text(), "meant? then run `make golden`"


def test_every_program_has_the_golden_hash() -> None:
    """It is what runs are stored with: one that changes makes a new version of a workflow that nobody changed."""
    assert hashes() == json.loads(HASHES.read_text()), "meant? then run `make golden`"


@pytest.mark.parametrize("name", NAMES)
def test_the_ir_survives_json(name: str) -> None:
    ir = workflow_ir(name)
    again = from_json(json.loads(json.dumps(to_json(ir))))
    assert again == ir
    assert content_hash(again) == content_hash(ir)


def test_there_is_no_golden_file_without_a_fixture() -> None:
    assert set(GOLDEN.iterdir()) == {HASHES, *map(golden_path, NAMES), *map(graph_path, NAMES)}
    assert len(NAMES) >= 60
