"""How the SDK reaches a client without importing one: through a factory that `warren` sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

from warren.sdk.run_handle import RunHandle


class WorkflowClient(Protocol):
    """Starts runs for `Workflow.run` and `Workflow.start`."""

    async def start_run(
        self, workflow: type[Any], arguments: Mapping[str, Any], *, key: str | None, run_id: UUID | None
    ) -> RunHandle[Any]:
        """Start a run of `workflow`; `arguments` are Python values by parameter name, defaults left out.

        Returns when the broker has confirmed the start. With a `key` that is already used, the handle is of that run.
        """
        ...


_factory: Callable[[], WorkflowClient] | None = None


def set_client_factory(factory: Callable[[], WorkflowClient]) -> None:
    """Make `factory` the source of the default client; it is called for every start, so it should cache."""
    global _factory
    _factory = factory


def default_client() -> WorkflowClient:
    """The client that `Workflow.run` uses; raises `RuntimeError` when no factory is set."""
    if _factory is None:
        raise RuntimeError("no client is set up: import warren, not warren.sdk alone")
    return _factory()
