"""A workflow class as the message that registers it. Must not know who sends it."""

from __future__ import annotations

from warren.contracts.messages import WorkflowSource
from warren.ir.base import to_json
from warren.sdk.compiled_bindings import check_unchanged
from warren.sdk.workflow import Workflow


def workflow_source(cls: type[Workflow]) -> WorkflowSource:
    """What `RegisterWorkflows` carries of one class.

    Raises:
        TypeError: it is not decorated with `@workflow`.
        UnsupportedPatternError: the class, or something that it names, is not what it was when it was compiled.
    """
    ir = cls.workflow_ir()
    check_unchanged(cls)
    return WorkflowSource(workflow=cls.short_name(), ir=to_json(ir), version=cls.version)
