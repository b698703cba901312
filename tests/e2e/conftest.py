"""What is collected here, and the installation that the tests of a file share: two of each service, as OS processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from tests.chaos.ledger import VARIABLE
from tests.support.processes import Installation, installation
from tests.support.servers.postgres import new_database
from tests.support.servers.rabbitmq import BrokerServer, empty_broker

collect_ignore = ["test_compose.py"]  # it needs a Docker engine: `make compose-test`

MODULES = (
    "tests.e2e.workload",
    "tests.e2e.values_workload",
    "tests.e2e.signals_workload",
    "tests.e2e.continuing_workload",
    "tests.e2e.updates_workload",
    "tests.e2e.search_workload",
    "tests.e2e.elsewhere_workload",
    "tests.e2e.control_workload",
)


@pytest.fixture(scope="module")
def own_database_url(postgres_url: str) -> Iterator[str]:
    """URL of an empty database of the file's own."""
    with new_database(postgres_url) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pairs(
    rabbit: BrokerServer, own_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    """Two compilers, two coordinators, and two workers of the default queue.

    `VARIABLE` in its environment says where the ledger is.
    """
    ledger = tmp_path_factory.mktemp("ledger") / "executions"
    async with installation(empty_broker(rabbit), own_database_url, **{VARIABLE: str(ledger)}) as made:
        for _ in range(2):
            made.compiler()
            made.coordinator()
            made.worker(*MODULES, "--queue", "default")
        await made.until_ready()
        yield made
