"""Instances of pydantic models from the values of their fields, without validating them. Must not know where they came
from.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel


def construct_model(cls: type[BaseModel], fields: dict[str, Any], fields_set: Sequence[str] | None) -> BaseModel:
    """An instance with these values by field name. `model_post_init` sets private attributes, but no field again."""
    names = set(fields if fields_set is None else fields_set)
    given = copy.deepcopy(fields) if cls.__pydantic_post_init__ else fields
    made = cls.model_construct(_fields_set=names, **given)
    known = {name: fields[name] for name in cls.model_fields if name in fields}
    made.__dict__.update(known)  # as they were sent: an alias could be the name of another field
    object.__setattr__(made, "__pydantic_fields_set__", names)
    return made
