"""For tests of workflows: the real engine in memory, actions in the test's process, time skipped."""

from warren.testing.client import InProcessClient, InProcessHandle
from warren.testing.driver import DEFAULT_START, EngineDriver, Transition, encode_input, executable_of
from warren.testing.environment import WorkflowEnvironment, run_workflow

__all__ = [
    "DEFAULT_START",
    "EngineDriver",
    "InProcessClient",
    "InProcessHandle",
    "Transition",
    "WorkflowEnvironment",
    "encode_input",
    "executable_of",
    "run_workflow",
]
