"""What people type: workflow targets and the input of a run."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from uuid import UUID

from warren.contracts.encoding import printable
from warren.contracts.identity import shown
from warren.contracts.values import encode
from warren.errors import InvalidInput
from warren.ir.typed_text import TypedText
from warren.sdk.workflow import Workflow, workflow_registry
from warren_worker.modules import import_modules

_WORD: Final = re.compile(r'(?:"(?:\\.|[^"\\])*"|\S)+')
_PAIR: Final = re.compile(r"[^\W\d]\w*=")


def parse_input(parts: Sequence[str], typed: TypedText | None = None) -> dict[str, Any]:
    """The arguments of a run: JSON objects, `@file` (`-` is standard input) and `name=value` pairs, merged in order.

    A `value` is JSON where it can be read as such, else text; the types of the parameters decide where both are
    possible, if they are known. What the parser takes and a message cannot hold (`NaN`, half a surrogate pair) is
    tagged.

    Raises:
        InvalidInput: a part is none of these.
    """
    arguments: dict[str, Any] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if equals and name.isidentifier():
            arguments[name] = _typed_value(name, value, typed)
        else:
            arguments |= {name: _sendable(value) for name, value in _parse_part(part).items()}
    return arguments


def parse_value(part: str, typed: TypedText | None = None, *, name: str) -> Any:
    """One value: JSON, `@file` (`-` is standard input), or else a text, as the type of this name decides.

    Raises:
        InvalidInput: the file cannot be read.
    """
    text, _ = _read(part, name)
    return _typed_value(name, text, typed if text is part else None)


def depends_on_types(parts: Sequence[str]) -> bool:
    """Whether what one of the parts means is for the types of the parameters to decide."""
    pairs = (part.partition("=") for part in parts)
    return any(equals and name.isidentifier() and is_json(value) for name, equals, value in pairs)


def split_input(line: str) -> list[str]:
    """The parts of an input in one line: as it is, or `name=value` pairs. A value may be JSON with spaces and quotes.

    Raises:
        InvalidInput: a quote is not closed.
    """
    if line.startswith(("{", "@")):
        return [line]
    parts: list[str] = []
    for word in _WORD.findall(line):
        if parts and not _PAIR.match(word):
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return [_unquoted(part) for part in parts]


def _unquoted(part: str) -> str:
    """The part without a shell's quotes, which are none of JSON's."""
    name, equals, value = part.partition("=")
    if is_json(value):
        return part
    try:
        return f"{name}{equals}{' '.join(shlex.split(value))}"
    except ValueError as error:
        raise InvalidInput(f"{part}: {error}") from None


def is_json(text: str) -> bool:
    """Whether a text can be read as JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def _sendable(value: Any) -> Any:
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    if isinstance(value, dict):
        return {printable(name): _sendable(item) for name, item in value.items()}
    return encode(value)


def _read(part: str, where: str) -> tuple[str, str]:
    """The text that is meant, and where it comes from."""
    if part == "-":
        return sys.stdin.read(), f"{where} -"
    if not part.startswith("@"):
        return part, where
    try:
        return Path(part[1:]).read_text(encoding="utf-8"), f"{where} {part}"
    except OSError as error:
        raise InvalidInput(f"{where} {part}: {error.strerror or error}") from error


def _parse_part(part: str) -> dict[str, Any]:
    text, where = _read(part, "--input")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{where} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}. Write '{{\"n\": 3}}', "
            "n=3, or @file.json"
        ) from error
    if not isinstance(data, dict):
        raise InvalidInput(f"{where} must be an object that maps parameter names to values, like '{{\"n\": 3}}'")
    return data


def _typed_value(name: str, text: str, typed: TypedText | None) -> Any:
    try:
        data = _sendable(json.loads(text))
    except json.JSONDecodeError:
        return _sendable(text)
    return data if typed is None else typed.choose(name, data, text)


def parse_run_id(text: str | None, *, option: str = "--run-id") -> UUID | None:
    """A run id that somebody typed after `option`; raises `InvalidInput`."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise InvalidInput(
            f"{option} {shown(text)}: not a UUID, which a run's id is; `warren runs` lists them"
        ) from None


def load_workflow(target: str) -> type[Workflow]:
    """Import `MODULE:Workflow`; the class's name or its registered one, and only `MODULE` where there is one workflow.

    Raises:
        InvalidInput: no such module or workflow.
    """
    module_name, _, name = target.partition(":")
    (module,) = _imported([module_name])
    found = workflow_registry.of_module(module)
    if not found:
        raise InvalidInput(f"there is no @workflow class in {module_name}")
    if not name:
        if len(found) == 1:
            return found[0]
        raise InvalidInput(f"{target}: say which workflow, {_choices(module_name, found)}")
    for cls in found:
        if name in (cls.__name__, cls.__qualname__, cls.short_name()):
            return cls
    raise InvalidInput(f"module {module.__name__!r} has no workflow {name!r}; {_choices(module_name, found)}")


def load_workflows(modules: Sequence[str]) -> list[type[Workflow]]:
    """Import modules and return their workflows; raises `InvalidInput` where there are none."""
    found = {cls: None for module in _imported(modules) for cls in workflow_registry.of_module(module)}
    if not found:
        raise InvalidInput(f"there is no @workflow class in {', '.join(modules)}")
    return list(found)


def _imported(modules: Sequence[str]) -> list[ModuleType]:
    """Import modules; what they print is kept off standard output, which is for what the command prints."""
    with redirect_stdout(sys.stderr):
        return import_modules(modules)


def _choices(module: str, found: Sequence[type[Workflow]]) -> str:
    return "one of " + ", ".join(f"{module}:{cls.__name__}" for cls in found)
