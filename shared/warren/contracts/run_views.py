"""Where a run stands, for people: what a coordinator answers to the built-in query `warren:state`.

Values are plain JSON for reading: bounded, secrets masked, types dropped. Unknown fields of a newer Warren are ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from warren.contracts.parts import RunStatus
from warren.contracts.tags import Json

WaitKind = Literal["action", "timer", "child", "signal", "condition", "gather", "task", "asyncio", "turn", "request"]


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class WaitView(_View):
    """What a strand waits for. `text` says it for people; which of the other fields are set depends on `kind`.

    - `action`: `name`, `invocation` and `attempt`; `worker` where one has reported that it runs it for long; `due_at`
      where the attempt waits for the end of a backoff.
    - `timer`: `due_at`. `child`: `name` (the workflow), `invocation` and `run_id`.
    - `request`: `invocation` and `run_id`: the answer of another run to what it was asked.
    - `signal`: `name`, of a mailbox. `condition`: of `wait_until`. `task`: `strand`, another one of the run.
    - `gather`: `parts`, what of it is not complete; `left_out` counts those beyond the first 20.
    - `asyncio`: `name`, such as `Lock.acquire` or `Queue.get`. `turn`: nothing, it goes on next.
    """

    kind: str
    text: str
    name: str | None = None
    invocation: int | None = None
    attempt: int | None = None
    worker: str | None = None
    due_at: datetime | None = None
    run_id: UUID | None = None
    strand: int | None = None
    parts: list[WaitView] = Field(default_factory=list)
    left_out: int = 0


class FrameView(_View):
    """An activation of an async function: where in the source it stands, and its local variables but `self`."""

    function: str
    file: str
    line: int | None = None
    variables: dict[str, Json] = Field(default_factory=dict)


class StrandView(_View):
    """A line of execution: `run()` itself, or a task. `frames` are the calls under way, the innermost last.

    `since` is when it began to wait; None where that is not known: an older Warren did not note it. `times_out_at` is
    when the first `asyncio.timeout` around it ends the wait.
    """

    number: int
    is_main: bool
    frames: list[FrameView]
    waits_for: WaitView
    since: datetime | None = None
    times_out_at: datetime | None = None


class RunView(_View):
    """A run as of its last transition `seq`: its strands, and the attributes of `self`.

    The strands of a run that has ended are those before its last transition (`strands_seq`). `left_out` counts strands
    beyond the first 100, as far as they are among the run's first 100,000 objects. A value is shortened where it is
    large, and where something cannot be shown there is a text that says so.
    """

    run_id: UUID
    workflow: str
    version: str
    status: RunStatus
    seq: int
    strands_seq: int
    strands: list[StrandView]
    left_out: int = 0
    paused_at: datetime | None = None
    attributes: dict[str, Json] = Field(default_factory=dict)
