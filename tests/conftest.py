"""Fixtures for every test: the servers, found or started when a test first asks for one."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine fails no property; and what CI draws is the same every time, so that it fails for a change only.
settings.register_profile(
    "warren", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("warren")

pytest_plugins = [
    name for name in ("tests.support.servers.rabbitmq", "tests.support.servers.postgres") if find_spec(name) is not None
]

HERE = Path(__file__).parent
NEEDS_NOTHING = {"unit", "oracle", "property", "architecture"}
"""Folders whose tests share no server and no process: each may run beside any other."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `--dist loadgroup`: files with servers stay whole, so that each server is started once, and begin first;
    all other tests, of whatever file, fill up what is left until both processes end together."""
    for item in items:
        folder, *inner = item.path.relative_to(HERE).with_suffix("").parts
        if folder not in NEEDS_NOTHING:
            item.add_marker(pytest.mark.xdist_group("-".join([folder, *inner])))
