"""`json.dumps` and `json.loads`: their options, and their errors."""

import json
from decimal import Decimal

from warren import Workflow, action, workflow


@action
async def fetch(text: str) -> str:
    return text


def object_of(text: str) -> object:
    return len(text) * 1j


@workflow
class JsonValues(Workflow):
    async def run(self, text: str) -> list:
        try:
            data = json.loads(await fetch(text))
        except json.JSONDecodeError as error:
            return ["not JSON", str(error), error.pos, error.lineno, isinstance(error, ValueError)]
        log = [data, json.loads(text, parse_float=Decimal), json.loads(text.encode())]
        log.append(json.dumps(data))
        log.append(json.dumps(data, indent=2, sort_keys=True))
        log.append(json.dumps(data, separators=(",", ":"), ensure_ascii=False))
        log.append(json.dumps({"d": Decimal("1.5"), "t": (1, 2)}, default=str))
        log.append(json.loads(text, object_hook=lambda found: sorted(found.items(), key=str)))
        log.append(json.loads('[NaN, 1e400, "\\ud800"]')[1:])
        for value in ({1, 2}, {(1, 2): 3}, {"a": {"b": object_of(text)}}, float("nan")):
            try:
                log.append(json.dumps(value, allow_nan=False))
            except (TypeError, ValueError) as error:
                log.append([type(error).__name__, str(error).partition(": ")[0]])
        loop: list = []
        loop.append(loop)
        try:
            json.dumps(loop)
        except ValueError as error:
            log.append(str(error))
        return log


CASES = [
    {"text": '{"a": [1, 2.5, null, true], "é": {"z": "ü", "y": ""}}'},
    {"text": "[1, 2"},
    {"text": "nothing"},
]
