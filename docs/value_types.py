"""Writes docs/reference/types.md: the types of the catalogue (`tests/catalogue`), and what Warren does with each.

What a table says is asked of Warren and pydantic, not written down. `make reference` runs this module, in a repository:
it imports the tests when it is asked for the page. Must not know any type.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from warren.contracts.values import decode, encode
from warren.engine.values.foreign import Foreign
from warren.ir.spec_parts import code_in
from warren.testing.driver import executable_of

if TYPE_CHECKING:
    from tests.catalogue.entries import Entry

TARGET = Path(__file__).parent / "reference" / "types.md"
_LONGEST = 60
_NONE: Any = object()
_WHOLE = "kept whole"
_PARTS = "yes; parts of it are kept whole"

INTRODUCTION = """# Types

What a value of each type is in Warren: as JSON that another program sends, in workflow code, and where it arrives.
`make reference` makes the tables of [the catalogue](../../tests/catalogue/entries.py) by asking Warren, and a test
keeps them true. Another test carries every type of it through a run, and compares it with what pydantic makes.

## How values travel

- By value. An action's arguments and result, a run's input, result and variables are JSON between processes; a list
  that an action changes is the action's own.
- The annotations of `run()` say what the input of a start becomes, and pydantic decides: its JSON mode, which is lax
  (`"3"` is an `int`) unless a type or a configuration is strict. JSON that has [tags](messages.md#values) is checked in
  its Python mode.
- The compiler checks it before the run exists, by descriptions of the types. Where that takes code of yours (a
  validator, `__post_init__`, a default that is made), a worker checks it, as the first action of the run; then a wrong
  input fails the run instead of the start.
- A value arrives as what it was: the same class, the same fields, the same fields set, without running `__init__` or a
  validator again. Each value keeps its own class: a `Sub` in a field of type `Base` is a `Sub`.
- Workflow code computes with what the engine knows. Other values it *keeps whole*: it can store, compare and pass them
  on, and show those of the standard library and of pydantic. Everything else needs an action; a run that tries it fails
  with `NotSupportedInWorkflow`.

What is carried besides the fields of a model or dataclass:

| what | |
|---|---|
| extra fields (`extra="allow"`), private attributes, which fields were set | carried |
| attributes that `__post_init__`, `model_post_init` or other code has set | carried |
| attributes of a subclass of `str`, `list` and the like | carried |
| a private attribute that cannot be sent, such as a lock | has its default again; without one, the value is refused |
| what a `cached_property` has computed | computed again |

Secrets (`SecretStr`, `SecretBytes`, `Secret`) travel and are stored in clear: whoever reads the broker or the database
reads them. `warren run`, `warren show` and `warren history` print `**********` for them. Input that a worker has to
check is stored as it was sent, without types: where a secret is declared anywhere in the type of a parameter, the whole
argument is masked until it is checked, and errors about it say where it is wrong but not what was sent. What only a
validator makes a secret of (`Annotated[str, AfterValidator(SecretStr)]`) is declared as text, and shown until then.

### Classes that cannot be sent

A class that is none of the types below is refused (`UnserializableValue`), and so is a value nested deeper than 60
levels, or one that contains itself. Write instead:

- the data that it is made from, as a dataclass or model; make the object in the action that needs it
- an identifier or a path, if it stands for something outside (a connection, a file, a task)
- for a class of yours: `__get_pydantic_core_schema__` with a validator and a serialiser, as in pydantic's guide to
  [custom types](https://docs.pydantic.dev/latest/concepts/types/#custom-types). What the serialiser writes is sent, if
  the validator reads the same value from it

A class is looked up by its module and name. A process imports for this only modules that it has imported already, or
that an import statement names in a module with an action or workflow, also one inside a function or below
`if TYPE_CHECKING:`.

## Differences from pydantic

"""

DIFFERENCES = (
    (
        "a union of types that contain themselves, without a discriminator",
        "tries every member at each level, however long that takes",
        "refused where trying could take more than two million steps",
        "one start must not stop a compiler",
    ),
    (
        "a value nested over 60 levels, also where the type is `Any`",
        "200 levels",
        "refused",
        "values cross several readers of JSON",
    ),
    (
        "a member of an enum that the program does not describe, given for `int` or `str`",
        "looks at the member",
        "taken where its value is an `int` or `str`",
        "the compiler has not got the class",
    ),
    (
        "a value with tags, for a field with constraints",
        "checks the fields of an instance only if `revalidate_instances` says so",
        "checks the types of its fields, not their constraints",
        "nobody has checked it since it was made, and the engine needs the types",
    ),
    (
        "a datetime whose `tzinfo` is a class of yours",
        "keeps the object",
        "a fixed offset, the one of that moment",
        "the class is code; `ZoneInfo` and `timezone` are kept",
    ),
    (
        "a value of a subclass of `Path` or `PurePath` of yours",
        "keeps the object",
        "a path",
        "a path has no parts that a message names",
    ),
    (
        "a generic model given `Annotated[...]` with a function, such as a validator",
        "makes a class that no module has",
        "its values are refused (`UnserializableValue`)",
        "its name has an address in it; write a subclass of it: `class Even(Box[Annotated[int, ...]])`",
    ),
    (
        "a secret in JSON",
        "writes `**********`",
        "carries it in clear",
        "it has to arrive",
    ),
    (
        "a model field with `exclude=True`",
        "leaves it out of JSON",
        "carries it",
        "a value arrives as what it was",
    ),
)

TABLES = """
## The types

The first column is a type as it is written. Classes with names of their own are those of
[the catalogue](../../tests/catalogue): each shows one way to describe data. *Only from Python* means that no plain
JSON stands for it: it is an argument, a result, or sent with its tag.
"""

HEAD = """| type | plain JSON, an example | workflow code can compute with it | checked by |
|---|---|---|---|
"""


def render() -> str:
    """The text of the page."""
    from tests.catalogue.entries import ENTRIES

    parts = [INTRODUCTION, _table(("case", "pydantic", "Warren", "why"), DIFFERENCES), TABLES]
    for group, entries in itertools.groupby(ENTRIES, key=lambda entry: entry.group):
        parts.append(f"\n### {group.capitalize()}\n\n{HEAD}" + "".join(map(_row, entries)))
    return "".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (f"| {' | '.join(map(_escaped, line))} |\n" for line in rows)
    return f"| {' | '.join(head)} |\n{'|---' * len(head)}|\n" + "".join(lines)


def _row(entry: Entry) -> str:
    from tests.catalogue.round_trips import workflow_of

    executable = executable_of(workflow_of(entry))
    adapter = _adapter(entry)
    example = _example(entry.json, adapter)
    shown = "only from Python" if example is _NONE else _code(json.dumps(example, ensure_ascii=False))
    values = entry.values() or ([] if adapter is None or example is _NONE else [adapter.validate_json(_text(example))])
    kept = {_kept(decode(encode(value), executable.types)) for value in values}
    program = workflow_of(entry).workflow_ir()
    code = code_in(program.parameters["value"], program.types)
    reason = re.sub(r"\b_\w+", "`\\g<0>`", _escaped(code))
    checked = f"a worker: {reason}" if code else "the compiler"
    computed = next((text for text in (_WHOLE, _PARTS) if text in kept), "yes")
    return f"| {_code(entry.text)} | {shown} | {computed} | {checked if example is not _NONE else ''} |\n"


def _adapter(entry: Entry) -> TypeAdapter[Any] | None:
    try:
        return TypeAdapter(entry.annotation)
    except Exception:  # noqa: BLE001 - of whatever kind: pydantic has no schema for it
        return None


def _example(given: Iterable[Any], adapter: TypeAdapter[Any] | None) -> Any:
    """The first short JSON that pydantic takes; a `null` only where there is nothing else."""
    taken = [data for data in given if adapter is not None and _is_taken(data, adapter)]
    return min(taken, key=lambda data: (len(_text(data)) > _LONGEST, data in (None, [], {}, "")), default=_NONE)


def _is_taken(data: Any, adapter: TypeAdapter[Any]) -> bool:
    try:
        adapter.validate_json(_text(data))
    except ValidationError:
        return False
    return True


def _text(data: Any) -> str:
    return json.dumps(data)


def _kept(value: Any) -> str:
    """Whether the engine keeps the value, or something in it, whole."""
    if isinstance(value, Foreign):
        return _WHOLE
    waiting = list(_parts(value))
    while waiting:
        part = waiting.pop()
        if isinstance(part, Foreign):
            return _PARTS
        waiting.extend(_parts(part))
    return "yes"


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value
        yield from value.values()
    elif isinstance(value, Sequence | AbstractSet) and not isinstance(value, str | bytes | enum.Enum):
        yield from value
    elif isinstance(value, BaseModel) or dataclasses.is_dataclass(value):
        yield from vars(value).values()


def _code(text: str) -> str:
    return f"`{_escaped(text)}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET}")  # noqa: T201 - a command's answer
