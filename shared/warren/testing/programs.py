"""The programs of workflow classes in this process, compiled once each, and the input of their starts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from warren.contracts.values import Json, encode
from warren.engine import Executable
from warren.lowering import lower
from warren.sdk import Workflow
from warren.sdk.compiled_bindings import check_unchanged


def executable_of(workflow: type[Workflow]) -> Executable:
    """The compiled program of a workflow class.

    Raises:
        TypeError: it is not decorated.
        UnsupportedPatternError: the class, or something that it names, is not what it was when it was compiled.
    """
    workflow.workflow_ir()
    check_unchanged(workflow, may_replace_actions=True)
    return _executable_of(cast(Any, workflow))  # mypy takes no class whose metaclass is type for hashable


@lru_cache(maxsize=256)
def _executable_of(workflow: Any) -> Executable:
    return Executable(lower(workflow.workflow_ir()))


def encode_input(workflow: type[Workflow], arguments: Mapping[str, Any]) -> dict[str, Json]:
    """Python arguments as the input of a start, checked and coerced as the compiler does it; raises `InvalidInput`."""
    return executable_of(workflow).bind_input({name: encode(value) for name, value in arguments.items()})
