"""`python -m tests.fuzz --programs N --seed S`: random programs, natively and through the engine."""

from __future__ import annotations

import argparse
import collections
import functools
import gc
import logging
import multiprocessing
import os
import pathlib
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fuzz.modules import generate
from tests.fuzz.running import Runner, Verdict


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=1_000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="the first one's seed; each has the next number")
    parser.add_argument("--orders", type=int, default=2, help="orders of completion to try for each")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes to use")
    parser.add_argument("--save", type=pathlib.Path, default=pathlib.Path("fuzz-failures"), help="where failures go")
    parser.add_argument("--stop-after", type=int, default=10, help="stop after so many failures")
    options = parser.parse_args()
    tally = Tally(options.save)
    began = time.perf_counter()
    seeds = range(options.seed, options.seed + options.programs)
    check = functools.partial(check_some, orders=options.orders)
    chunks = [seeds[index : index + 20] for index in range(0, len(seeds), 20)]
    with multiprocessing.Pool(options.jobs) as pool:
        for verdicts in pool.imap_unordered(check, chunks):
            for verdict in verdicts:
                tally.add(verdict)
            if sum(tally.counts.values()) % 1_000 == 0:
                print(f"{sum(tally.counts.values())} after {time.perf_counter() - began:.0f} s", flush=True)
            if tally.failures >= options.stop_after:
                pool.terminate()
                break
    seconds = time.perf_counter() - began
    done = sum(tally.counts.values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in tally.counts.items())
    print(f"{done} programs in {seconds:.1f} s ({done / seconds:.0f}/s): {kinds}")
    for reason, count in tally.reasons.most_common():
        print(f"  refused {count} times: {reason}")
    if tally.counts["refused"] > max(done * 0.05, 1):
        print("more than 5 % refused: the generator writes what the front end does not take")
        return 1
    return 1 if tally.failures else 0


@dataclass
class Tally:
    """What became of the programs so far; failures are printed with their seed and saved."""

    folder: pathlib.Path
    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    reasons: collections.Counter[str] = field(default_factory=collections.Counter)

    @property
    def failures(self) -> int:
        return self.counts["different"] + self.counts["crashed"]

    def add(self, verdict: Verdict) -> None:
        self.counts[verdict.outcome] += 1
        if verdict.outcome in {"different", "crashed"}:
            self.folder.mkdir(exist_ok=True)
            path = self.folder / f"fuzz_{verdict.seed}.py"
            path.write_text(generate(verdict.seed))
            print(f"--- program {verdict.seed}: {verdict.outcome}; saved as {path}\n{verdict.detail}", flush=True)
        elif verdict.outcome == "refused":
            self.reasons[re.sub(r"\S*/fuzz_\d+\.py:\d+(:\d+)?: ", "", verdict.detail.split("\n")[0])] += 1


def check_some(seeds: Sequence[int], *, orders: int) -> list[Verdict]:
    """Check a few programs in this process."""
    warnings.simplefilter("ignore")
    logging.disable()
    gc.set_threshold(100_000)  # a compiler makes much and drops all of it
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(pathlib.Path(folder), orders=orders)
        return [_check(runner, seed) for seed in seeds]


def _check(runner: Runner, seed: int) -> Verdict:
    try:
        return runner.check(seed)
    except Exception:
        return Verdict(seed, "crashed", traceback.format_exc(limit=-12))


if __name__ == "__main__":
    sys.exit(main())
