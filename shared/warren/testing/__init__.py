"""For tests of workflows: the real engine in memory, actions in the test's process, time skipped."""

from warren.sdk.attempt_handle import AttemptHandle
from warren.testing.client import InProcessClient, InProcessHandle
from warren.testing.completions import complete_action, fail_action, heartbeat_action
from warren.testing.driver import DEFAULT_START, EngineDriver, Transition, encode_input, executable_of
from warren.testing.environment import WorkflowEnvironment, run_workflow

__all__ = [
    "DEFAULT_START",
    "AttemptHandle",
    "EngineDriver",
    "InProcessClient",
    "InProcessHandle",
    "Transition",
    "WorkflowEnvironment",
    "complete_action",
    "encode_input",
    "executable_of",
    "fail_action",
    "heartbeat_action",
    "run_workflow",
]
