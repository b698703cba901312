"""How the SDK reaches a client without importing one: through a factory that `warren` sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID

from warren.sdk.run_handle import RunHandle


class WorkflowClient(Protocol):
    """Starts runs for `Workflow.run` and `Workflow.start`, and completes actions for `complete_action` and others."""

    async def start_run(
        self,
        workflow: type[Any],
        arguments: Mapping[str, Any],
        *,
        key: str | None,
        run_id: UUID | None,
        signal: tuple[Any, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
        memo: Mapping[str, Any] | None = None,
    ) -> RunHandle[Any]:
        """Start a run of `workflow`; `arguments` are Python values by parameter name, defaults left out.

        `signal` is a signal and its payload, which the run gets with its start; `attributes` are what it can be found
        by, and `memo` is what is only shown. Returns when the broker has confirmed
        the start. With a `key` that is already used, the handle is of that run.
        """
        ...

    async def complete_action(self, token: str, result: Any = None) -> None:
        """The action of a task token has succeeded."""
        ...

    async def fail_action(self, token: str, error: BaseException | str) -> None:
        """The action of a task token has failed."""
        ...

    async def heartbeat_action(self, token: str, details: Any) -> None:
        """The action of a task token goes on."""
        ...


_factory: Callable[[], WorkflowClient] | None = None
_provided: ContextVar[WorkflowClient] = ContextVar("warren_client")


def set_client_factory(factory: Callable[[], WorkflowClient]) -> None:
    """Make `factory` the source of the default client; it is called for every start, so it should cache."""
    global _factory
    _factory = factory


@contextmanager
def provided_client(client: WorkflowClient) -> Iterator[None]:
    """Have what runs in this block, and the tasks and threads that it starts, start runs by this client."""
    token = _provided.set(client)
    try:
        yield
    finally:
        _provided.reset(token)


def default_client() -> WorkflowClient:
    """The client that `Workflow.run` uses here; raises `RuntimeError` when no factory is set."""
    provided = _provided.get(None)
    if provided is not None:
        return provided
    if _factory is None:
        raise RuntimeError("no client is set up: import warren, not warren.sdk alone")
    return _factory()
