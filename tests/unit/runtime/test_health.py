"""Alive and ready are two questions, and a service that is not ready says why."""

from __future__ import annotations

import aiohttp
import pytest

from warren.errors import InvalidInput
from warren.runtime.health import Health, serve_health


async def test_ready_only_when_every_check_passes() -> None:
    health = Health()
    state = {"store": False}
    async with serve_health(health, host="127.0.0.1", port=0) as port, aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{port}"
        async with http.get(f"{url}/readyz") as answer:
            assert answer.status == 503
        health.add("broker", lambda: True)
        health.add("store", lambda: state["store"])
        async with http.get(f"{url}/readyz") as answer:
            assert answer.status == 503
            assert await answer.json() == {"ready": False, "checks": {"broker": True, "store": False}}
        async with http.get(f"{url}/healthz") as answer:
            assert answer.status == 200
        state["store"] = True
        async with http.get(f"{url}/readyz") as answer:
            assert answer.status == 200


async def test_a_check_may_say_why_it_fails() -> None:
    health = Health()
    state = {"threads": True}
    health.add("threads", lambda: state["threads"], reason=lambda: "64 functions hang")
    async with serve_health(health, host="127.0.0.1", port=0) as port, aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
            assert await answer.json() == {"ready": True, "checks": {"threads": True}}
        state["threads"] = False
        async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
            found = await answer.json()
    assert found["reasons"] == {"threads": "64 functions hang"}
    assert (answer.status, found["checks"]) == (503, {"threads": False})


async def test_a_port_that_is_taken_is_named() -> None:
    health = Health()
    async with serve_health(health, host="127.0.0.1", port=0) as port:
        with pytest.raises(InvalidInput, match="WARREN_HEALTH_PORT"):
            async with serve_health(health, host="127.0.0.1", port=port):
                pass
