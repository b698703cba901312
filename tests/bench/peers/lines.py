"""How a peer's client is told what to do: one JSON list in, seconds out. Standard library only."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable


def serve(chains: Callable[[int, int], float], fan: Callable[[int], float]) -> None:
    """Obey `["chains", runs, steps]` and `["fan", width]` until the input ends."""
    out = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints must not be taken for an answer
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        seconds = chains(*arguments) if name == "chains" else fan(*arguments)
        print(json.dumps(seconds), file=out, flush=True)
