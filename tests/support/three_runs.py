"""Three runs of one shard, each with an action under way: one is to go wrong, and the others are beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.support.cluster import Cluster
from tests.support.service_workflows import Twice

from warren.contracts import messages
from warren.contracts.ids import shard_of


async def start_three(working: Cluster) -> tuple[list[UUID], list[messages.RunAction]]:
    """Three runs of one shard, each with an action under way; the second one is to go wrong."""
    ids = [UUID(f"00000000-0000-7000-8000-{number:012}") for number in range(200)]
    shard = working.settings.shards - 1
    run_ids = [run_id for run_id in ids if shard_of(run_id, working.settings.shards) == shard][:3]
    for run_id in run_ids:
        await working.start(Twice, run_id, n=1)
    actions = {action.run_id: action for action in await working.actions(3)}
    return run_ids, [actions[run_id] for run_id in run_ids]


def succeeded(action: messages.RunAction, result: Any, duration_ms: float = 0.0) -> messages.ActionSucceeded:
    return messages.ActionSucceeded(
        run_id=action.run_id, invocation=1, attempt=1, result=result, duration_ms=duration_ms
    )
