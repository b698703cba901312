"""`python -m tests.simulation --runs N --seed S`: simulate seeds S, S+1, ... and say which of them broke a rule."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.controls import CONTROLS, without
from tests.simulation.running import Report, Simulator

_CHUNK = 50
_SHOWN = 10


def run_chunk(first: int, count: int) -> list[Report]:
    """Some seeds, in a process of their own."""
    simulator = Simulator()
    return [simulator.run(seed) for seed in range(first, first + count)]


def reports(first: int, count: int, jobs: int) -> Iterator[Report]:
    """The reports of all seeds, in order."""
    chunks = [(start, min(_CHUNK, first + count - start)) for start in range(first, first + count, _CHUNK)]
    if jobs == 1:
        simulator = Simulator()
        yield from (simulator.run(seed) for seed in range(first, first + count))
        return
    with ProcessPoolExecutor(jobs) as pool:
        for chunk in pool.map(run_chunk, *zip(*chunks, strict=True)):
            yield from chunk


def main() -> int:
    """Returns 1 when a seed broke a rule."""
    parser = argparse.ArgumentParser(prog="tests.simulation")
    parser.add_argument("--runs", type=int, default=1000, help="how many seeds")
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--jobs", type=int, default=2, help="processes to spread them over")
    parser.add_argument("--stop", action="store_true", help="end at the first seed that breaks a rule")
    parser.add_argument("--without", choices=sorted(CONTROLS), help="take a safeguard away; needs --jobs 1")
    parser.add_argument("--verbose", action="store_true", help="print every event of the first seed, and run only it")
    options = parser.parse_args()
    if options.verbose:
        report = Simulator().run(options.seed, verbose=True)
        print(report)
        return 1 if report.violations else 0
    if options.without and options.jobs != 1:
        parser.error("--without needs --jobs 1")
    with without(options.without):
        return simulate(options)


def simulate(options: argparse.Namespace) -> int:
    """Run the seeds and print what came of them."""
    begun = time.monotonic()
    injected: Counter[str] = Counter()
    executions = failed = count = 0
    virtual = 0.0
    for report in reports(options.seed, options.runs, options.jobs):
        count += 1
        injected += report.injected
        executions += report.executions
        virtual += report.virtual_seconds
        if report.violations:
            failed += 1
            if failed <= _SHOWN:
                print(f"seed {report.seed} ({report.profile}) violates:", *report.violations, sep="\n  ", flush=True)
                print(f"  replay: python -m tests.simulation --seed {report.seed} --verbose")
            if options.stop:
                break
    seconds = time.monotonic() - begun
    print(
        f"{count} seeds in {seconds:.1f} s ({count / seconds * 60:.0f} a minute), {executions} executions, "
        f"{virtual / 3600:.1f} virtual hours, {failed} seeds with violations"
    )
    print("faults:", ", ".join(f"{kind} {number}" for kind, number in sorted(injected.items())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
