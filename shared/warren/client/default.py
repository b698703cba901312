"""The client behind `MyWorkflow().run()` and `.start()`: one for each event loop, made and connected at first use.

`asyncio.run` closes it with the loop: it ends the loop's asynchronous generators, and one of them does the closing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from warren.client.client import Warren
from warren.client.handle import ClientRunHandle
from warren.client.request_sender import SignalAndPayload
from warren.sdk.workflow import Workflow


class DefaultClient:
    """Opens a `Warren` of the environment's servers with the first start."""

    def __init__(self) -> None:
        self._opening: asyncio.Task[Warren] | None = None
        self._keeper: AsyncGenerator[Warren, None] | None = None

    async def start_run(
        self,
        workflow: type[Workflow],
        arguments: Mapping[str, Any],
        *,
        key: str | None = None,
        run_id: UUID | None = None,
        signal: SignalAndPayload | None = None,
        attributes: Mapping[str, Any] | None = None,
        memo: Mapping[str, Any] | None = None,
    ) -> ClientRunHandle:
        """Start a run; see `Warren.start_run`."""
        client = await self.opened()
        return await client.start_run(
            workflow, arguments, key=key, run_id=run_id, signal=signal, attributes=attributes, memo=memo
        )

    async def complete_action(self, token: str, result: Any = None) -> None:
        """Complete an action; see `Warren.complete_action`."""
        await (await self.opened()).complete_action(token, result)

    async def fail_action(self, token: str, error: BaseException | str) -> None:
        """Fail an action; see `Warren.fail_action`."""
        await (await self.opened()).fail_action(token, error)

    async def heartbeat_action(self, token: str, details: Any) -> None:
        """Say how far an action is; see `Warren.heartbeat_action`."""
        await (await self.opened()).heartbeat_action(token, details)

    async def opened(self) -> Warren:
        """The client, connected; after a failure the next call tries again."""
        opening = self._opening
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception() is not None)):
            self._keeper = self._kept()
            opening = self._opening = asyncio.create_task(anext(self._keeper))
        return await asyncio.shield(opening)

    async def close(self) -> None:
        """Disconnect; the next start connects again."""
        if self._keeper is not None:
            await self._keeper.aclose()

    async def _kept(self) -> AsyncGenerator[Warren, None]:
        """A client, connected; closed, and forgotten here, when the generator is."""
        try:
            async with Warren() as client:
                yield client
        finally:
            self._opening = self._keeper = None


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, DefaultClient] = WeakKeyDictionary()


def default_client() -> DefaultClient:
    """The running event loop's client; raises `RuntimeError` outside of one."""
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None:
        client = _clients[loop] = DefaultClient()
    return client
