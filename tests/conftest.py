"""Fixtures for every test: the servers, found or started when a test first asks for one."""

from __future__ import annotations

import os
from importlib.util import find_spec

from hypothesis import HealthCheck, settings

# A busy machine fails no property; and what CI draws is the same every time, so that it fails for a change only.
settings.register_profile(
    "warren", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("warren")

pytest_plugins = [
    name for name in ("tests.support.servers.rabbitmq", "tests.support.servers.postgres") if find_spec(name) is not None
]
