"""What the lines of a process look like: those that actions write say which attempt wrote them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

ACTIONS = """
import asyncio, logging, sys
from uuid import UUID
import structlog
from warren import ActionContext, action
from warren.runtime.logs import configure_logs
from warren.sdk import invoke_action

RUN = UUID(int=7)

@action
async def waiting() -> None:
    logging.getLogger("shop").warning("from %s", "logging")
    structlog.get_logger("shop").warning("from structlog", invocation="mine", order=3)
    await asyncio.create_task(later())

async def later() -> None:
    logging.warning("from a task")

@action
def computing() -> None:
    logging.getLogger("shop").warning("from a thread")

async def main() -> None:
    for function in (waiting, computing):
        key = function.__warren_action__
        await invoke_action(key, [], {}, ActionContext(RUN, "orders", 5, 2, key))
    logging.warning("outside")

configure_logs(service="worker", level="info", style=sys.argv[1])
asyncio.run(main())
"""


def lines(style: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ACTIONS, style], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stderr.splitlines()


def test_lines_of_actions_carry_their_attempt() -> None:
    found: dict[str, dict[str, Any]] = {line["event"]: line for line in map(json.loads, lines("json"))}
    outside = found.pop("outside")
    assert not {"run_id", "workflow", "invocation", "attempt", "action"} & outside.keys()
    assert set(found) == {"from logging", "from structlog", "from a task", "from a thread"}
    for event, line in found.items():
        name = "computing" if event == "from a thread" else "waiting"
        assert (line["run_id"], line["workflow"], line["attempt"]) == (
            "00000000-0000-0000-0000-000000000007",
            "orders",
            2,
        )
        assert line["action"] == f"__main__:{name}"
        assert line["invocation"] == ("mine" if event == "from structlog" else 5), "what a line says itself stays"


@pytest.mark.parametrize("event", ["from logging", "from structlog", "from a task", "from a thread"])
def test_so_do_lines_for_people(event: str) -> None:
    (line,) = [line for line in lines("console") if event in line]
    assert "run_id=00000000-0000-0000-0000-000000000007" in line
    assert "workflow=orders" in line
    assert "attempt=2" in line
