"""What may be asked of the runs of a program: signals, queries and updates, and what fits them. Must not know runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warren.contracts.tags import TAG, Json
from warren.contracts.unchecked import UNCHECKED
from warren.engine.program.built_in_queries import BUILT_IN, bind_built_in
from warren.errors import InvalidInput
from warren.ir.program import Program
from warren.ir.typespec import InputCheck, coerce
from warren.ir.workflow import QueryDef, SignalDef, UpdateDef


class Requests:
    """The signals, queries and updates of one program, by name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.signals: Mapping[str, SignalDef] = {signal.name: signal for signal in program.signals}
        self.queries: Mapping[str, QueryDef] = {query.name: query for query in program.queries}
        self.updates: Mapping[str, UpdateDef] = {update.name: update for update in program.updates}
        self._query_checks = self._checks(self.queries)
        self._update_checks = self._checks(self.updates)

    def _checks(self, asked: Mapping[str, QueryDef | UpdateDef]) -> dict[str, InputCheck]:
        functions, types = self._program.functions, self._program.types
        return {
            name: InputCheck(one.parameters, functions[one.method].params, types, name=name)
            for name, one in asked.items()
        }

    @property
    def may_change(self) -> bool:
        """Whether somebody outside may change a run, so that one that waits for nothing else is not stuck."""
        return bool(self.signals or self.updates)

    @property
    def keep_instance(self) -> bool:
        """Whether `self` is needed for what may be asked."""
        return bool(self.signals or self.queries or self.updates)

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
        if name in BUILT_IN:
            return bind_built_in(name, arguments)
        return self._bind("query", self._query_checks, name, arguments)

    def bind_update(self, name: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """An update's arguments likewise.

        Raises:
            InvalidInput: the workflow has no such update, or the arguments do not fit it.
        """
        return self._bind("update", self._update_checks, name, arguments)

    def _bind(
        self, kind: str, checks: Mapping[str, InputCheck], name: str, arguments: Mapping[str, Json]
    ) -> dict[str, Json]:
        if name not in checks:
            raise self._unknown(kind, name, checks)
        bound = checks[name].bind(arguments)
        return {key: _checked(value, f"{key!r} of the {kind} {name!r}") for key, value in bound.items()}

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
