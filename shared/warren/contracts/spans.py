"""The names of Warren's spans and of their attributes. One that is not here does not exist."""

from __future__ import annotations

from typing import Final

TRACER: Final = "warren"

SPAN_START: Final = "start {workflow}"
SPAN_RUN: Final = "run {workflow}"
SPAN_ATTEMPT: Final = "action {action}"

ATTRIBUTE_RUN: Final = "warren.run_id"
ATTRIBUTE_WORKFLOW: Final = "warren.workflow"
ATTRIBUTE_VERSION: Final = "warren.version"
ATTRIBUTE_STATUS: Final = "warren.status"
ATTRIBUTE_ACTION: Final = "warren.action"
ATTRIBUTE_INVOCATION: Final = "warren.invocation"
ATTRIBUTE_ATTEMPT: Final = "warren.attempt"
