"""A process that a test starts compiles nothing anew: that is half of a service's start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = (
    "import json, sys, warren_cli.cli, warren_compiler.__main__, warren_coordinator.__main__, warren_worker.__main__;"
    "specs = [getattr(module, '__spec__', None) for module in list(sys.modules.values())];"
    "print(json.dumps([spec.cached for spec in specs if spec and spec.cached]))"
)


def test_what_services_import_is_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    kept = json.loads(done.stdout)
    assert len(kept) > 300
    assert [path for path in kept if not Path(path).exists()] == []
