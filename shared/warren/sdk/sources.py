"""A workflow class as the message that registers it. Must not know who sends it."""

from __future__ import annotations

from warren.contracts.messages import WorkflowSource
from warren.ir.base import to_json
from warren.sdk.workflow import Workflow


def workflow_source(cls: type[Workflow]) -> WorkflowSource:
    """What `RegisterWorkflows` carries of one class; raises `TypeError` when it is not decorated with `@workflow`."""
    return WorkflowSource(workflow=cls.short_name(), ir=to_json(cls.workflow_ir()), version=cls.version)
