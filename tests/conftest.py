"""Fixtures for every test: the servers, found or started when a test first asks for one."""

from __future__ import annotations

import os
from collections.abc import Generator
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from tests.support.bytecode import keep_compiled, writing_bytecode
from tests.support.scheduling import by_file, rank_of

# A busy machine fails no property; and what CI draws is the same every time, so that it fails for a change only.
settings.register_profile(
    "warren", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("warren")

pytest_plugins = [
    name for name in ("tests.support.servers.rabbitmq", "tests.support.servers.postgres") if find_spec(name) is not None
]


def pytest_configure(config: pytest.Config) -> None:
    """Once, by the process that starts the others."""
    if not hasattr(config, "workerinput"):
        keep_compiled()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules of tests, whose assertions pytest rewrites, are kept compiled, too."""
    with writing_bytecode():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with servers begin first, the longest of them before the others."""
    items.sort(key=lambda item: rank_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files with servers stay whole, so that each server is started once; all other tests, of whatever file, fill up
    what is left until all processes end together. (`--dist loadgroup` asks the same of a marker, which xdist 3.8 does
    not see any more since pytest 9.2.)
    """
    config.option.loadscopereorder = False
    return by_file(config, log)
