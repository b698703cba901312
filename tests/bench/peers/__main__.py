"""`python -m tests.bench.peers`: W1 to W5 on engines from PyPI, on the servers and in the sitting of Warren."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import uvloop
from tests.bench.__main__ import environment as surroundings
from tests.bench.__main__ import measure, take_precedence
from tests.bench.installation import Installation, Servers, clean_up_when_terminated, private_servers
from tests.bench.metering import Meter
from tests.bench.peers.environments import PACKAGES, versions
from tests.bench.peers.peer import PeerTarget
from tests.bench.results import Series, costs_table, figures_table, show
from tests.bench.targets import Target, WarrenTarget
from tests.bench.workloads import WORKLOADS
from tests.bench.yardstick import RawTarget


def peers(servers: Servers, chosen: list[str]) -> list[PeerTarget]:
    """The peers, not started yet."""
    found = []
    if "celery" in chosen:
        for pool, size in (("prefork", "2"), ("threads", "100")):
            url = servers.rabbit.new_vhost()
            script = ("python", "celery_peer.py", url)
            worker = (*script, "worker", pool, size)
            found.append(PeerTarget(f"celery {pool} {size}", peer="celery", worker=worker, client=(*script, "client")))
    if "taskiq" in chosen:
        worker = ("taskiq", "worker", "--workers", "1", "--max-async-tasks", "100", "--log-level", "ERROR")
        found.append(
            PeerTarget(
                "taskiq",
                peer="taskiq",
                worker=(*worker, "taskiq_peer:broker"),
                client=("python", "taskiq_peer.py", "client"),
                variables={"PEER_URL": servers.rabbit.new_vhost()},
            )
        )
    if "dbos" in chosen:
        url = servers.postgres.url.rpartition("/")[0] + "/dbos_peer"
        found.append(PeerTarget("dbos", peer="dbos", client=("python", "dbos_peer.py", url)))
    return found


async def run(options: argparse.Namespace) -> list[Series]:
    """Start everything, measure, stop everything."""
    with private_servers() as servers:
        installation = Installation(servers)
        raw = RawTarget(servers.rabbit.new_vhost())
        warren = WarrenTarget(installation.broker_url)
        others: list[PeerTarget] = []
        try:
            await installation.start()
            await raw.open()
            await warren.open()
            assert raw.worker is not None
            groups = {service.name: [service.pid] for service in installation.services}
            targets: dict[str, tuple[Target, Meter]] = {
                raw.name: (raw, Meter(servers, {"worker": [raw.worker.pid]})),
                warren.name: (warren, Meter(servers, groups)),
            }
            for peer in peers(servers, options.peers):
                others.append(peer)
                try:
                    await peer.open()
                except (RuntimeError, OSError) as error:
                    print(f"{peer.name} is left out: {error}", file=sys.stderr)
                    continue
                targets[peer.name] = (peer, Meter(servers, peer.processes, with_client=False))
            series = await measure(list(WORKLOADS.values()), targets, options.rounds)
            for _, meter in targets.values():
                await meter.close()
        finally:
            for peer in others:
                await peer.close()
            await warren.close()
            await raw.close()
            installation.close()
    return series


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="tests.bench.peers", description=__doc__)
    parser.add_argument("peers", nargs="*", choices=[*PACKAGES, []], help=f"{', '.join(PACKAGES)}; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--realtime", action="store_true", help="run before all other programs (needs root)")
    options = parser.parse_args()
    options.peers = options.peers or list(PACKAGES)
    options.queue_type = "quorum"
    installed = {peer: versions(peer) for peer in options.peers}
    clean_up_when_terminated()
    if options.realtime:
        take_precedence()
    series = uvloop.run(run(options))
    show(figures_table(series, yardstick="raw aio-pika"), costs_table(series))
    print("; ".join(installed.values()))
    if options.json:
        data: dict[str, Any] = {"environment": surroundings(options), "versions": installed}
        data["series"] = [each.as_json() for each in series]
        options.json.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
