"""Which tests run together in one process, and which begin first."""

from __future__ import annotations

from typing import Any

NEEDS_NOTHING = {"unit", "oracle", "property", "architecture", "catalogue", "recorded", "simulation", "fuzz"}
"""Folders whose tests share no server and no process: each may run beside any other."""
SHARES_PROGRAMS = {"catalogue"}
"""Those of them whose tests share what takes long to compile, so that it is done in one process."""
LONGEST = (
    *("chaos/test_chaos", "e2e/test_outages", "integration/test_rabbit_faults", "e2e/test_docs", "simulation"),
    *(
        "integration/test_message_limits",
        "e2e/test_processes",
        "e2e/test_blocked_loop",
        "integration/test_stalled_servers",
    ),
    *("e2e/test_embedded", "e2e/test_threads", "e2e/test_embedded_threads", "bench/test_idle", "fuzz"),
)
"""What takes longest begins first, so that no process is left with it at the end."""


def place_of(nodeid: str) -> str:
    """`e2e/test_outages` of a test there."""
    return nodeid.partition("::")[0].removeprefix("tests/").removesuffix(".py")


def scope_of(nodeid: str) -> str:
    """Tests of one scope run in one process: a file with servers or shared programs, any other test by itself."""
    place = place_of(nodeid)
    return nodeid if place.partition("/")[0] in NEEDS_NOTHING - SHARES_PROGRAMS else place


def rank_of(nodeid: str) -> int:
    """The lowest begins first: the longest, then other files with servers, then the rest."""
    place = place_of(nodeid)
    for rank, longest in enumerate(LONGEST):
        if place == longest or place.startswith(f"{longest}/"):
            return rank
    return len(LONGEST) + (place.partition("/")[0] in NEEDS_NOTHING)


def by_file(config: Any, log: Any) -> Any:
    """The scheduler of pytest-xdist that does so."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # of no type
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return ByFile(config, log)
