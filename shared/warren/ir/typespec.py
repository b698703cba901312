"""Type specs: what a parameter's annotation says, as JSON, so that a start can be checked without the user's classes.

    "any" "none" "bool" "int" "float" "str" "bytes" "datetime" "date" "time" "timedelta" "decimal" "uuid" "path"
    {"list": T} {"set": T} {"frozenset": T} {"sequence": T} {"tuple": [T, ...]} {"tuple_of": T} {"dict": [K, V]}
    {"union": [T, ...]} {"literal": [encoded value, ...]} {"type": "module:Class"}  (a key of `WorkflowIR.types`)
    {"bounded": [T, {"gt": 0, "max_length": 9, ...}]}  (`ir.bounds`; only where pydantic checks it natively)

`frontend` makes them from annotations; `coerce` turns plain JSON input into the tagged JSON that the type asks for, and
`bind_input` does so for all of a workflow's arguments.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from warren.contracts.limits import check_payload
from warren.contracts.tags import Json
from warren.errors import InvalidInput
from warren.ir.coercion import Coercion, spec_text
from warren.ir.expressions import Param
from warren.ir.workflow import TypeDef

__all__ = ["bind_input", "coerce", "spec_text"]


def coerce(spec: Json, value: Json, types: Mapping[str, TypeDef], path: str = "value") -> Json:
    """Turn plain or tagged JSON into the tagged JSON of the type that `spec` asks for.

    As strict as JSON allows: an int from an int only, a float from any number, a datetime from ISO 8601 text, bytes
    from base64 text, a timedelta from seconds or ISO 8601 text, a tuple or set from a list, a model or dataclass from
    an object (defaults filled in), an enum member from its value or name. What already has the type is left as it is.

    Raises:
        InvalidInput: the value does not fit; the message has every misfit with its path, what was expected and what
            came.
    """
    coercion = Coercion(types)
    coerced = _coerced(coercion, spec, value, path)
    if coercion.problems:
        raise InvalidInput("; ".join(coercion.problems))
    return coerced


def bind_input(
    parameters: Mapping[str, Json],
    params: Sequence[Param],
    types: Mapping[str, TypeDef],
    arguments: Mapping[str, Json],
) -> dict[str, Json]:
    """Check and coerce the input of a start against `run()`'s parameters; what is left out has a default.

    `parameters` and `types` are those of the workflow's IR or program, `params` those of its entry function; one
    without a spec (`self`) takes no argument.

    Raises:
        InvalidInput: with every unknown, missing and ill-typed argument at once.
        ValueTooLarge: the input has more bytes than one message may carry.
    """
    coercion = Coercion(types)
    expected = {param.name: param for param in params if param.name in parameters}
    bound = {}
    for name, value in arguments.items():
        if name in expected:
            bound[name] = _coerced(coercion, parameters[name], value, name)
        else:
            coercion.problems.append(f"unknown argument {name!r}{_suggestion(name, expected)}")
    for name, param in expected.items():
        if name not in arguments and param.default is None and param.kind not in {"args", "kwargs"}:
            coercion.problems.append(f"missing argument {name!r} ({spec_text(parameters[name])})")
    if coercion.problems:
        raise InvalidInput(f"the input does not fit {_signature(expected.values())}: {'; '.join(coercion.problems)}")
    check_payload(bound, "the input")
    return bound


def _coerced(coercion: Coercion, spec: Json, value: Json, path: str) -> Json:
    """The value as the spec has it. Foreign programs write tags too, and may put anything at all beside one."""
    try:
        return coercion.coerce(spec, value, path)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        coercion.problems.append(f"{path}: an object with the key '$' is ill-formed ({error})")
        return None


def _suggestion(name: str, expected: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(expected), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _signature(params: Iterable[Param]) -> str:
    marks = {"args": "*", "kwargs": "**"}
    shown = [
        f"{marks.get(param.kind, '')}{param.name}{'=...' if param.default is not None else ''}" for param in params
    ]
    return f"run({', '.join(shown)})"
