"""Warren: durable Python workflows on RabbitMQ and PostgreSQL.

This is what a workflow author imports. It loads no driver and no server library: the client (`Warren`) and everything
behind it come when they are first used.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from warren.contracts.class_names import declared_modules
from warren.errors import (
    ActionError,
    ActionNotOpen,
    ActionNotRegistered,
    ActionTimeout,
    ChildTimeout,
    ContinuesAsNew,
    Diagnostic,
    ExhaustedRetries,
    ExhaustedRetriesError,
    InvalidInput,
    LimitExceeded,
    NotSupportedInWorkflow,
    QueryFailed,
    RegistrationRefused,
    RunEnded,
    RunIdTaken,
    RunKeyTaken,
    RunNotFound,
    RunTerminated,
    ScheduleAlreadyExistsError,
    SchedulingUnavailable,
    UnknownWorkflow,
    UnserializableValue,
    UnsupportedPatternError,
    UpdateFailed,
    UpdateRefused,
    WarrenError,
    WorkerLost,
    WorkflowCancelledError,
    WorkflowFailedError,
)
from warren.prelude.children import run_handle
from warren.sdk import (
    ActionContext,
    ActionRegistry,
    ActionResultPayload,
    CancellationEvent,
    CompleteLater,
    Depend,
    Depends,
    RetryPolicy,
    RunDescription,
    RunHandle,
    RunTransition,
    ScheduleInfo,
    Signal,
    Workflow,
    WorkflowClient,
    WorkflowRegistry,
    action,
    action_context,
    build_workflow_ir,
    complete_action,
    continue_as_new,
    delete_schedule,
    deserialize_result_payload,
    fail_action,
    heartbeat_action,
    history_length,
    history_size,
    list_schedules,
    log,
    now,
    pause_schedule,
    provide_action_context,
    provide_dependencies,
    query,
    random,
    registry,
    resume_schedule,
    schedule_workflow,
    serialize_error_payload,
    serialize_result_payload,
    set_client_factory,
    signal,
    update,
    upsert_attributes,
    uuid4,
    workflow,
    workflow_registry,
)
from warren.sdk.declared_imports import declared_imports

if TYPE_CHECKING:
    from warren.client import Warren
    from warren.contracts.messages import RunStatus

__all__ = [
    "ActionContext",
    "ActionError",
    "ActionNotOpen",
    "ActionNotRegistered",
    "ActionRegistry",
    "ActionResultPayload",
    "ActionTimeout",
    "CancellationEvent",
    "ChildTimeout",
    "CompleteLater",
    "ContinuesAsNew",
    "Depend",
    "Depends",
    "Diagnostic",
    "ExhaustedRetries",
    "ExhaustedRetriesError",
    "InvalidInput",
    "LimitExceeded",
    "NotSupportedInWorkflow",
    "QueryFailed",
    "RegistrationRefused",
    "RetryPolicy",
    "RunDescription",
    "RunEnded",
    "RunHandle",
    "RunIdTaken",
    "RunKeyTaken",
    "RunNotFound",
    "RunStatus",
    "RunTerminated",
    "RunTransition",
    "ScheduleAlreadyExistsError",
    "ScheduleInfo",
    "SchedulingUnavailable",
    "Signal",
    "UnknownWorkflow",
    "UnserializableValue",
    "UnsupportedPatternError",
    "UpdateFailed",
    "UpdateRefused",
    "Warren",
    "WarrenError",
    "WorkerLost",
    "Workflow",
    "WorkflowCancelledError",
    "WorkflowFailedError",
    "WorkflowRegistry",
    "action",
    "action_context",
    "build_workflow_ir",
    "complete_action",
    "continue_as_new",
    "delete_schedule",
    "deserialize_result_payload",
    "fail_action",
    "heartbeat_action",
    "history_length",
    "history_size",
    "list_schedules",
    "log",
    "now",
    "pause_schedule",
    "provide_action_context",
    "provide_dependencies",
    "query",
    "random",
    "registry",
    "resume_schedule",
    "run_handle",
    "schedule_workflow",
    "serialize_error_payload",
    "serialize_result_payload",
    "set_client_factory",
    "signal",
    "update",
    "upsert_attributes",
    "uuid4",
    "workflow",
    "workflow_registry",
]

_LAZY = {"RunStatus": "warren.contracts.messages", "Warren": "warren.client"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'warren' has no attribute {name!r}")
    return getattr(_import_client(_LAZY[name]), name)


def _import_client(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "warren":
            raise
        raise ModuleNotFoundError(
            f"Warren's client needs {error.name}: pip install 'warren[client]'", name=error.name
        ) from error


def _default_client() -> WorkflowClient:
    """The servers of `WARREN_*`; in a pytest test that names no broker, the engine in this process."""
    settings = importlib.import_module("warren.settings")
    if "PYTEST_CURRENT_TEST" in os.environ and not settings.value_of(settings.BROKER_VARIABLE):
        testing = importlib.import_module("warren.testing")
        client: WorkflowClient = testing.InProcessClient(testing.WorkflowEnvironment)
    else:
        client = _import_client("warren.client").default_client()
    return client


set_client_factory(_default_client)
declared_modules.append(declared_imports)
