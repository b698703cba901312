"""Classes by name across processes: `module:Qualified.Name`, and for a generic model what it was given.

    shop.models:Order    shop.models:Page["shop.models:Item"]    shop.models:Page[["builtins:list","builtins:int"]]

A generic model given what has no name (`Page[Annotated[str, Field(max_length=2)]]`) is called as Python shows it, and
found where this process has one of that name: because an annotation or an alias of the user's code has made it.
A class is looked up among the modules that are imported already, or that the user's own code imports somewhere
(`declared_modules`): a message never decides what is imported. Must not know what is done with a class.
"""

from __future__ import annotations

import functools
import importlib
import json
import operator
import re
import sys
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any, Final

from warren.contracts.modules import importable_name
from warren.errors import InvalidInput

Json = Any

_UNION: Final = "Union"
_BAR: Final = "|"
"""`int | None` and `Optional[int]` make two classes of one generic model."""
_LITERAL: Final = "="
_CALLED_OTHERWISE: Final = {None: "None", type(None): "None", Any: "Any", Ellipsis: "..."}
_NAMED: Final = {name: value for value, name in _CALLED_OTHERWISE.items() if value is not None} | {"None": type(None)}
_ADDRESS: Final = " at 0x"
_LITERALS: Final = (str, int, bool, type(None))

declared_modules: list[Callable[[], frozenset[str]]] = []
"""Functions that give the names of modules which the user's code imports somewhere (`sdk.declared_imports`)."""


def type_ref(cls: Any) -> str:
    """Name a class across processes."""
    return _type_ref(cls)


@functools.lru_cache(maxsize=4096)
def _type_ref(cls: Any) -> str:
    generic = getattr(cls, "__pydantic_generic_metadata__", None)
    if generic and generic["origin"] is not None and generic["args"]:
        origin = type_ref(generic["origin"])
        try:
            return origin + argument_text(generic["args"])
        except TypeError:  # such as Annotated, which has none
            return f"{origin}[{', '.join(map(_shown, generic['args']))}]"
    return f"{importable_name(cls.__module__)}:{cls.__qualname__}"


def is_of_one_process(ref: str) -> bool:
    """Whether a name says what no other process can find: an object without a name, such as a validator."""
    return _ADDRESS in ref


def _shown(argument: Any) -> str:
    return re.sub(rf"{_ADDRESS}[0-9a-fA-F]+", _ADDRESS, repr(argument)).replace("typing.", "")


def argument_text(arguments: Sequence[Any]) -> str:
    """What a generic class is given, as its name has it; raises `TypeError` for what has no name."""
    return json.dumps([_argument(argument) for argument in arguments], separators=(",", ":"))


def short_name(ref: str) -> str:
    """The class's own name, without module and outer classes, for people: `Order`, `Page[Item | None]`."""
    return _name(ref, _text)


def python_name(ref: str) -> str:
    """The class's `__name__`, as pydantic makes it of a generic model: `Page[Union[Item, NoneType]]`."""
    return _name(ref, _python_text)


def _name(ref: str, text: Callable[[Json], str]) -> str:
    head, bracket, arguments = ref.partition("[")
    name = head.rpartition(":")[2].rpartition(".")[2]
    try:
        parsed = json.loads(bracket + arguments) if bracket else None
    except ValueError:
        return name + bracket + arguments
    return name if parsed is None else f"{name}[{', '.join(map(text, parsed))}]"


def find_type(ref: str, base: type) -> Any:
    """The class that `ref` names, a subclass of `base`; raises `InvalidInput` when this process has none."""
    head, bracket, arguments = ref.partition("[")
    module, _, qualname = head.partition(":")
    found: Any = _module(module, ref)
    for part in qualname.split("."):
        found = None if part.startswith("__") else getattr(found, part, None)
    if bracket and isinstance(found, type):
        found = _parametrised(found, ref, bracket + arguments)
    if not isinstance(found, type) or not issubclass(found, base):
        raise InvalidInput(f"type {ref}: there is no {base.__name__} class of that name in the imported module")
    return found


def _module(name: str, ref: str) -> Any:
    found = sys.modules.get("__main__" if name == importable_name("__main__") else name)
    found = found or _import_declared(name, ref)
    if found is None:
        raise InvalidInput(
            f"type {ref}: module {name!r} is not imported in this process, and no module with an action or workflow "
            f"imports it; name it beside the modules of the worker (`warren worker ... {name}`), or import it "
            "where an action or workflow is defined"
        )
    return found


def _import_declared(name: str, ref: str) -> Any:
    """The module, if the user's code imports it, or another one of its package that brings it along; else None."""
    package = name.partition(".")[0]
    near = {one for declared in declared_modules for one in declared() if one.partition(".")[0] == package}
    for one in sorted(near, key=lambda one: (one != name, not name.startswith(f"{one}."), one)):
        try:
            importlib.import_module(one)
        except Exception as error:
            if one == name and getattr(error, "name", None) != name:  # it is there, and its own code fails
                raise InvalidInput(f"type {ref}: importing module {name!r} fails: {error!r:.300}") from error
        if name in sys.modules:
            return sys.modules[name]
    return None


def _parametrised(origin: Any, ref: str, arguments: str) -> Any:
    try:
        parsed = json.loads(arguments)
        return origin[tuple(_resolved(argument) for argument in parsed)]
    except ValueError:  # named as Python shows it
        return next((one for one in origin.__subclasses__() if type_ref(one) == ref), None)
    except TypeError as error:
        raise InvalidInput(f"type {ref}: {error}") from error


def _argument(argument: Any) -> Json:
    """What a generic class was given, as JSON data; TypeError for what has no name."""
    if argument is None or argument is Ellipsis or argument is Any or argument is type(None):
        return _CALLED_OTHERWISE[argument]
    origin = typing.get_origin(argument)
    arguments = typing.get_args(argument)
    if origin in {typing.Union, types.UnionType}:
        return [_UNION if origin is typing.Union else _BAR, *map(_argument, arguments)]
    if origin is typing.Literal:
        if not all(type(each) in _LITERALS for each in arguments):
            raise TypeError
        return [_LITERAL, *arguments]
    if isinstance(origin, type) and not hasattr(argument, "__metadata__"):
        return [type_ref(origin), *map(_argument, arguments)]
    if isinstance(argument, type):
        return type_ref(argument)
    raise TypeError(f"{argument!r} has no name across processes")


def _resolved(argument: Json) -> Any:
    if isinstance(argument, str):
        return _NAMED[argument] if argument in _NAMED else find_type(argument, object)
    head, *rest = argument
    if head == _LITERAL:
        return typing.Literal[tuple(rest)]
    parts = tuple(_resolved(part) for part in rest)
    if head == _UNION:
        return typing.Union[parts]  # noqa: UP007 - built at run time
    if head == _BAR:
        return functools.reduce(operator.or_, parts)
    return types.GenericAlias(find_type(head, object), parts)


def _text(argument: Json) -> str:
    if isinstance(argument, str):
        return argument if argument in _NAMED else short_name(argument)
    head, *rest = argument
    if head == _LITERAL:
        return f"Literal[{', '.join(map(repr, rest))}]"
    if head in {_UNION, _BAR}:
        return " | ".join(map(_text, rest))
    return f"{short_name(head)}[{', '.join(map(_text, rest))}]"


def _python_text(argument: Json) -> str:
    if isinstance(argument, str):
        return "NoneType" if argument == "None" else argument if argument in _NAMED else python_name(argument)
    head, *rest = argument
    if head == _LITERAL:
        return _text(argument)
    name = "Union" if head in {_UNION, _BAR} else python_name(head)
    return f"{name}[{', '.join(map(_python_text, rest))}]"
