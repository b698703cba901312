"""`python -m tests.chaos --seed S --minutes M`: break everything for some minutes and check what came of it."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.chaos.faults import HARMS
from tests.chaos.running import run_chaos
from tests.support.controls import CONTROLS


def main() -> int:
    """Returns 1 when a rule was broken."""
    parser = argparse.ArgumentParser(prog="tests.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--open", type=int, default=30, help="runs that are open at any time")
    parser.add_argument("--only", action="append", choices=sorted(HARMS), help="only this fault (repeatable)")
    parser.add_argument("--purges", action="store_true", help="empty and delete queues, too")
    parser.add_argument("--queue-type", choices=("quorum", "classic"), default="quorum")
    parser.add_argument("--neighbours", type=int, default=0, help="bad neighbours at work at any time")
    parser.add_argument("--calm", action="store_true", help="no faults: how long ordinary runs take")
    parser.add_argument("--without", choices=sorted(CONTROLS), help="take a safeguard of the services away")
    options = parser.parse_args()
    report = asyncio.run(
        run_chaos(
            options.seed,
            seconds=options.minutes * 60,
            open_runs=options.open,
            kinds=options.only,
            purges=options.purges,
            queue_type=options.queue_type,
            neighbours=options.neighbours,
            calm=options.calm,
            without=options.without,
        )
    )
    print(report)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
