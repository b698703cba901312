"""`/healthz` and `/readyz` over HTTP. Knows checks by name and nothing of what they ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from warren.errors import InvalidInput

Check = Callable[[], bool]
Reason = Callable[[], str]


class Health:
    """The checks of one process. Ready when every one says so; alive as long as the event loop answers."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._reasons: dict[str, Reason] = {}

    def add(self, name: str, check: Check, *, reason: Reason | None = None) -> None:
        """Add or replace a check; it is asked at every request and must return at once, and so must its `reason`."""
        self._checks[name] = check
        self._reasons.pop(name, None)
        if reason is not None:
            self._reasons[name] = reason

    def remove(self, name: str) -> None:
        """Forget a check."""
        self._checks.pop(name, None)
        self._reasons.pop(name, None)

    def report(self) -> dict[str, bool]:
        """Every check with its answer."""
        return {name: bool(check()) for name, check in self._checks.items()}

    def reasons(self) -> dict[str, str]:
        """Why checks fail, of those that fail and can say it."""
        return {name: reason() for name, reason in self._reasons.items() if not self._checks[name]()}

    @property
    def is_ready(self) -> bool:
        """Whether there are checks and all of them pass."""
        return bool(self._checks) and all(check() for check in self._checks.values())


@asynccontextmanager
async def serve_health(health: Health, *, host: str, port: int | None) -> AsyncIterator[int | None]:
    """Serve the two endpoints while the block runs; yields the port, None when `port` is None (not served).

    Raises:
        InvalidInput: the port cannot be bound.
    """
    if port is None:
        yield None
        return
    from aiohttp import web

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        checks = health.report()
        ready = bool(checks) and all(checks.values())
        answer: dict[str, object] = {"ready": ready, "checks": checks}
        if not ready and (reasons := health.reasons()):
            answer["reasons"] = reasons
        return web.json_response(answer, status=200 if ready else 503)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise InvalidInput(f"WARREN_HEALTH_PORT: cannot listen on {host}:{port}: {error}") from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
