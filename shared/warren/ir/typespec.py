"""Type specs: what a parameter's annotation says, as JSON, so that a start can be checked without the user's classes.

    "any" "none" "bool" "int" "float" "str" "bytes" "datetime" "date" "time" "timedelta" "decimal" "uuid" "path"
    {"list": T} {"set": T} {"frozenset": T} {"sequence": T} {"tuple": [T, ...]} {"tuple_of": T} {"dict": [K, V]}
    {"union": [T, ...]} {"literal": [encoded value, ...]} {"type": "module:Class"}  (a key of `WorkflowIR.types`)
    {"deque": T} {"counter": T} {"ordereddict" or "defaultdict": [K, V]}
    {"known": "ipaddress:IPv4Address"} {"known": ["pydantic.types:Secret", T]}    a type that is the same everywhere
    {"instance": "module:Class"}    a value of the class or of a subclass; plain JSON is none
    {"bounded": [T, {"gt": 0, "pattern": "...", ...}]}  (`ir.bounds`)
    {"code": [T, "why"]}    what else pydantic does with it is the user's code, which a worker runs; with "secret" as a
                            third item, what it makes is a secret

`frontend` makes them from annotations; `coerce` turns plain JSON input into the tagged JSON that the type asks for, and
`InputCheck` does so for all of a workflow's arguments.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from warren.contracts.limits import check_payload
from warren.contracts.tags import Json
from warren.errors import InvalidInput
from warren.ir.coercion import Coercion
from warren.ir.expressions import Param
from warren.ir.spec_texts import spec_text
from warren.ir.stand_ins import StandIns
from warren.ir.workflow import TypeDef

__all__ = ["InputCheck", "coerce", "spec_text"]


def coerce(spec: Json, value: Json, types: Mapping[str, TypeDef], path: str = "value") -> Json:
    """Turn plain or tagged JSON into the tagged JSON of the type that `spec` asks for, as pydantic does it.

    Raises:
        InvalidInput: the value does not fit; the message has every misfit with its path, what was expected and what
            came.
    """
    coercion = Coercion(StandIns(types))
    coerced = coercion.coerce(spec, value, path)
    if coercion.problems:
        raise InvalidInput("; ".join(coercion.problems))
    return coerced


class InputCheck:
    """Checks the input of starts against `run()`'s parameters; made once for a program.

    `parameters` and `types` are those of the workflow's IR or program, `params` those of its entry function; one
    without a spec (`self`) takes no argument.
    """

    def __init__(
        self,
        parameters: Mapping[str, Json],
        params: Sequence[Param],
        types: Mapping[str, TypeDef],
        *,
        name: str = "run",
    ) -> None:
        self._name = name
        self._parameters = parameters
        self._expected = {param.name: param for param in params if param.name in parameters}
        self._stand_ins = StandIns(types)

    def bind(self, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """The arguments as the types have them; what is left out has a default.

        Raises:
            InvalidInput: with every unknown, missing and ill-typed argument at once.
            ValueTooLarge: the input has more bytes than one message may carry.
        """
        coercion = Coercion(self._stand_ins)
        expected = self._expected
        bound = {}
        for name, value in arguments.items():
            if name in expected:
                bound[name] = coercion.coerce(self._parameters[name], value, name)
            else:
                coercion.problems.append(f"unknown argument {name!r}{_suggestion(name, expected)}")
        for name, param in expected.items():
            if name not in arguments and param.default is None and param.kind not in {"args", "kwargs"}:
                coercion.problems.append(f"missing argument {name!r} ({spec_text(self._parameters[name])})")
        if coercion.problems:
            raise InvalidInput(
                f"the input does not fit {_signature(self._name, expected.values())}: {'; '.join(coercion.problems)}"
            )
        check_payload(bound, "the input")
        return bound


def _suggestion(name: str, expected: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(expected), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _signature(name: str, params: Iterable[Param]) -> str:
    marks = {"args": "*", "kwargs": "**"}
    shown = [
        f"{marks.get(param.kind, '')}{param.name}{'=...' if param.default is not None else ''}" for param in params
    ]
    return f"{name}({', '.join(shown)})"
