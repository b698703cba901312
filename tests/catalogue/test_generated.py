"""Random types: the compiler takes of JSON exactly what pydantic takes, and makes the same values of it."""

from __future__ import annotations

import importlib.util
import itertools
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.catalogue.generated import generate

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.unchecked import Unchecked
from warren.contracts.values import decode, encode
from warren.errors import InvalidInput
from warren.testing.driver import executable_of

_REFUSED = object()
_NUMBERS = itertools.count()


@settings(max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**40))
def test_json_is_taken_as_pydantic_takes_it(seed: int) -> None:
    differences = differences_of(seed)
    assert not differences, "\n".join([f"seed {seed}", *differences])


def differences_of(seed: int) -> list[str]:
    """What Warren and pydantic do not agree about, for the type of one seed."""
    text, inputs = generate(seed)
    module = _module(text)
    try:
        adapter = TypeAdapter(module.Tested)
        executable = executable_of(module.Takes)
        found = []
        for data in inputs:
            expected = _by_pydantic(adapter, data)
            value = _by_warren(executable, data)
            if isinstance(value, Unchecked):
                continue  # a worker asks pydantic
            if _form(value) != _form(expected):
                found.append(f"{json.dumps(data)}: pydantic {_shown(expected)}, Warren {_shown(value)}")
        return [f"{module.Tested}", *found] if found else []
    finally:
        del sys.modules[module.__name__]


def _module(text: str) -> Any:
    name = f"generated_types_{next(_NUMBERS)}"
    path = Path(tempfile.mkdtemp(prefix="warren-generated-")) / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def _by_pydantic(adapter: TypeAdapter[Any], data: Any) -> Any:
    try:
        return adapter.validate_json(json.dumps(data))
    except ValidationError:
        return _REFUSED


def _by_warren(executable: Any, data: Any) -> Any:
    try:
        bound = executable.bind_input({"value": data})
    except InvalidInput:
        return _REFUSED
    return decode(json.loads(json.dumps(bound["value"])), ImportedTypes())


def _form(value: Any) -> Any:
    """All of a value: its classes, the fields that were set; NaN is itself. Sets have no order."""
    return "refused" if value is _REFUSED else _ordered(encode(value))


def _ordered(data: Any) -> Any:
    if isinstance(data, list):
        return [_ordered(item) for item in data]
    if not isinstance(data, dict):
        return data
    made = {name: _ordered(item) for name, item in data.items()}
    if made.get("$") in {"set", "frozenset"}:
        made["v"] = sorted(made["v"], key=json.dumps)
    return made


def _shown(value: Any) -> str:
    return "refuses" if value is _REFUSED else f"{value!r:.200}"
