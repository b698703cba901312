"""Running a workflow's own `run()` as the plain asyncio program that it is: what the engine is compared with."""

from __future__ import annotations

from typing import Any

from warren.sdk.attempts import is_native
from warren.sdk.workflow import Workflow


async def native_run(cls: type[Workflow], /, *args: Any, **kwargs: Any) -> Any:
    """Run the user's own `run()` of `cls` with plain asyncio in this process, and return or raise what it does."""
    token = is_native.set(True)
    try:
        return await cls().run(*args, **kwargs)
    finally:
        is_native.reset(token)
