"""What may be asked of the runs of a program: its signals and queries, and what fits them. Must not know runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warren.contracts.tags import TAG, Json
from warren.contracts.unchecked import UNCHECKED
from warren.errors import InvalidInput
from warren.ir.program import Program
from warren.ir.typespec import InputCheck, coerce
from warren.ir.workflow import QueryDef, SignalDef


class Requests:
    """The signals and queries of one program, by name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.signals: Mapping[str, SignalDef] = {signal.name: signal for signal in program.signals}
        self.queries: Mapping[str, QueryDef] = {query.name: query for query in program.queries}
        self._checks = {
            query.name: InputCheck(
                query.parameters, program.functions[query.method].params, program.types, name=query.name
            )
            for query in program.queries
        }

    def bind_signal(self, name: str, payload: Json) -> Json:
        """A signal's payload, plain or tagged JSON, as tagged JSON of its type.

        Raises:
            InvalidInput: the workflow has no such signal, or the payload does not fit it.
        """
        signal = self.signals.get(name)
        if signal is None:
            raise self._unknown("signal", name, self.signals)
        if not signal.takes_payload:
            if payload is not None:
                raise InvalidInput(f"the signal {name!r} takes no payload")
            return None
        what = f"the payload of {name!r}"
        return _checked(coerce(signal.spec, payload, self._program.types, what), what)

    def bind_query(self, name: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """A query's arguments likewise.

        Raises:
            InvalidInput: the workflow has no such query, or the arguments do not fit it.
        """
        if name not in self.queries:
            raise self._unknown("query", name, self.queries)
        bound = self._checks[name].bind(arguments)
        return {key: _checked(value, f"{key!r} of the query {name!r}") for key, value in bound.items()}

    def _unknown(self, kind: str, name: str, known: Mapping[str, Any]) -> InvalidInput:
        text = f"it has {', '.join(known)}" if known else "it has none"
        return InvalidInput(f"the workflow {self._program.workflow!r} has no {kind} {name!r}; {text}")


def _checked(value: Json, what: str) -> Json:
    """The value, unless a worker would have to check it: only the input of a start is sent to one."""
    if isinstance(value, dict) and value.get(TAG) == UNCHECKED:
        raise InvalidInput(
            f"{what} is plain JSON for a type with validators or other code, which only a worker can run; send the "
            "value as Warren's Python client does (tagged), or give it a type without code"
        )
    return value
