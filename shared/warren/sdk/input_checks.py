"""The action that checks a start's plain JSON against a parameter whose type has the user's validators.

pydantic does it here as it does natively. Must not know when it is called (`frontend.input_checks`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import to_json

from warren.contracts.class_names import find_type, type_ref
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.marks import ANNOTATIONS
from warren.contracts.names import CHECK_INPUT_ACTION
from warren.contracts.unchecked import Unchecked
from warren.contracts.values import decode
from warren.errors import InvalidInput
from warren.ir.coercion import has_tags, problems_of
from warren.sdk.definitions import ActionDefinition, define_action

_TYPES: Final = ImportedTypes()


async def check_input(workflow: str, parameter: str, value: Any) -> Any:
    """The value as the parameter's annotation has it.

    Args:
        workflow: the workflow class, `module:Class`.
        parameter: the name of a parameter of its `run()`.
        value: what was sent for it.

    Raises:
        InvalidInput: it does not fit, or this worker has not got the workflow.
    """
    data, is_secret = (value.value, value.is_secret) if isinstance(value, Unchecked) else (value, False)
    adapter = _adapter(_class_of(workflow), parameter)
    try:
        if has_tags(data):
            return adapter.validate_python(decode(data, _TYPES))
        return adapter.validate_json(to_json(data))
    except ValidationError as error:
        problems = problems_of(error, parameter, is_secret=is_secret)
        raise InvalidInput(f"the input does not fit: {'; '.join(problems)}") from None


def _class_of(workflow: str) -> Any:
    from warren.sdk.workflow import workflow_registry  # which has an action of this kind in its own imports

    known = (cls for cls in workflow_registry.entries() if type_ref(cls) == workflow)
    return next(known, None) or find_type(workflow, object)


@lru_cache(maxsize=1024)
def _adapter(cls: Any, parameter: str) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(getattr(cls, ANNOTATIONS)[parameter])
    except (PydanticUserError, AttributeError, KeyError) as error:
        raise InvalidInput(f"{parameter} of {type_ref(cls)} cannot be checked by this worker: {error}") from error


CHECK_INPUT: Final[ActionDefinition] = define_action(check_input, key=CHECK_INPUT_ACTION)
