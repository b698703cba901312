"""What a workflow author writes with: actions, workflows, dependencies, retry policies. Must not know any server."""

from mountaineer_di import Depends, provide_dependencies

from warren.sdk.actions import action
from warren.sdk.attempt_handle import AttemptHandle, CancellationEvent
from warren.sdk.client_factory import WorkflowClient, default_client, set_client_factory
from warren.sdk.completions import complete_action, fail_action, heartbeat_action
from warren.sdk.context import ActionContext, CompleteLater, action_context, provide_action_context
from warren.sdk.definitions import ActionDefinition
from warren.sdk.dependencies import Depend
from warren.sdk.durable import (
    continue_as_new,
    history_length,
    history_size,
    log,
    now,
    random,
    upsert_attributes,
    uuid4,
)
from warren.sdk.invoke import invoke_action
from warren.sdk.native import native_run
from warren.sdk.payloads import (
    ActionResultPayload,
    deserialize_result_payload,
    serialize_error_payload,
    serialize_result_payload,
)
from warren.sdk.registry import ActionRegistry, registry
from warren.sdk.requests import Signal, query, signal
from warren.sdk.retry import RetryPolicy
from warren.sdk.run_handle import RunDescription, RunHandle, RunTransition
from warren.sdk.schedules import (
    ScheduleInfo,
    delete_schedule,
    list_schedules,
    pause_schedule,
    resume_schedule,
    schedule_workflow,
)
from warren.sdk.updates import UpdateMethod, update
from warren.sdk.workflow import (
    Workflow,
    WorkflowRegistry,
    bind_arguments,
    build_workflow_ir,
    user_run,
    workflow,
    workflow_registry,
)

__all__ = [
    "ActionContext",
    "ActionDefinition",
    "ActionRegistry",
    "ActionResultPayload",
    "AttemptHandle",
    "CancellationEvent",
    "CompleteLater",
    "Depend",
    "Depends",
    "RetryPolicy",
    "RunDescription",
    "RunHandle",
    "RunTransition",
    "ScheduleInfo",
    "Signal",
    "UpdateMethod",
    "Workflow",
    "WorkflowClient",
    "WorkflowRegistry",
    "action",
    "action_context",
    "bind_arguments",
    "build_workflow_ir",
    "complete_action",
    "continue_as_new",
    "default_client",
    "delete_schedule",
    "deserialize_result_payload",
    "fail_action",
    "heartbeat_action",
    "history_length",
    "history_size",
    "invoke_action",
    "list_schedules",
    "log",
    "native_run",
    "now",
    "pause_schedule",
    "provide_action_context",
    "provide_dependencies",
    "query",
    "random",
    "registry",
    "resume_schedule",
    "schedule_workflow",
    "serialize_error_payload",
    "serialize_result_payload",
    "set_client_factory",
    "signal",
    "update",
    "upsert_attributes",
    "user_run",
    "uuid4",
    "workflow",
    "workflow_registry",
]
