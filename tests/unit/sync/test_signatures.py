"""The synchronous client and handle have all that the asynchronous ones have, in the same form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, assert_type
from uuid import UUID

import pytest

from warren import sync
from warren.client import ClientRunHandle, DescribedRun, HistoryEntry, RunView, Warren
from warren.contracts.messages import RunStatus

APART = {"store": "it gives a port whose methods are asynchronous themselves"}
"""What has no synchronous form, and why."""
PAIRS = [(Warren, sync.Warren), (ClientRunHandle, sync.RunHandle)]


def public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


def methods(cls: type) -> list[str]:
    return sorted(name for name in public(cls) if callable(getattr(cls, name)))


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    found = inspect.signature(function).parameters.values()
    return [(each.name, each.kind, each.default) for each in found]


@pytest.mark.parametrize(("asynchronous", "synchronous"), PAIRS)
def test_every_public_name_has_a_synchronous_form_and_there_are_no_others(
    asynchronous: type, synchronous: type
) -> None:
    assert public(asynchronous) - APART.keys() == public(synchronous)


@pytest.mark.parametrize(
    ("asynchronous", "synchronous", "name"), [(*pair, name) for pair in PAIRS for name in methods(pair[1])]
)
def test_a_synchronous_method_takes_the_same_and_waits_itself(asynchronous: type, synchronous: type, name: str) -> None:
    one, other = getattr(asynchronous, name), getattr(synchronous, name)
    assert parameters(one) == parameters(other)
    assert not inspect.iscoroutinefunction(other)
    assert other.__doc__


def test_the_types_are_known() -> None:
    """What is checked here is checked by mypy; `check` is never called."""

    def check(client: sync.Warren, handle: sync.RunHandle, run_id: UUID) -> None:
        assert_type(client.start("x", key="k"), sync.RunHandle)
        assert_type(client.get(run_id), sync.RunHandle)
        assert_type(client.describe("k", workflow="x"), DescribedRun)
        assert_type(client.register("module", timeout=1.0), dict[str, str])
        assert_type(client.history(run_id), list[HistoryEntry])
        assert_type(client.history(run_id, follow=True), Iterator[HistoryEntry])
        assert_type(handle.state(timeout=1.0), RunView)
        assert_type(handle.status(), RunStatus)
        assert_type(handle.history(follow=True), Iterator[HistoryEntry])
        client.start("x", kee=1, key=2)  # type: ignore[arg-type]  # a key is a text

    assert callable(check)


def test_the_client_is_made_with_what_a_url_may_say() -> None:
    own = inspect.signature(sync.Warren).parameters
    theirs = inspect.signature(Warren).parameters
    assert {name: each.default for name, each in own.items()} == {
        name: each.default for name, each in theirs.items() if name not in {"broker", "store"}
    }
