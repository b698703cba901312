"""Generates docs/reference/python-api.md: every public name, with the signature and docstring that the source gives it.

Griffe reads the sources without importing them. Public names are the `__all__` of `warren` and of `MODULES`. Names that
no section lists come last, so that none can be forgotten. Must not know what a name is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).parent.parent
TARGET = Path(__file__).parent / "reference" / "python-api.md"

SECTIONS = {
    "Workflows": ("Workflow", "workflow", "RetryPolicy", "now", "uuid4", "random", "log"),
    "Actions": ("action", "action_context", "ActionContext", "provide_action_context"),
    "Dependencies": ("Depends", "Depend", "provide_dependencies"),
    "Clients": ("Warren", "RunHandle"),
    "Registries": ("registry", "ActionRegistry", "workflow_registry", "WorkflowRegistry"),
}
ERRORS = "Errors"
OTHERS = "Tools, and names kept for programs written for waymark"
POINTERS = {
    "Dependencies": "[Inject dependencies](../howto/inject-dependencies.md) shows their use.",
    "Clients": "[Cancel, pause and inspect runs](../howto/cancel-and-inspect-runs.md) shows their use.",
    ERRORS: "[Errors](errors.md) says when each is raised and what to do.",
}
MODULES = ("warren.testing", "warren.client", "warren.sync")

INTRODUCTION = """# Python API

The public names of `warren`, [`warren.testing`](#warrentesting), [`warren.client`](#warrenclient) and
[`warren.sync`](#warrensync). `make reference` generates this page from the docstrings, and a test keeps it current.
Durations are in seconds unless the type says otherwise; times are UTC.
"""
_WIDTH = 100
_SYNCHRONOUS = re.compile(r"(?:blocking|converting)\((\w+\.\w+)")


def render() -> str:
    """The page as the file holds it."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / "shared"], docstring_parser="google")
    package = loader.load("warren")
    assert isinstance(package, griffe.Module)
    loader.resolve_aliases(implicit=False, external=False)
    shown: dict[str, str] = {}
    parts = [INTRODUCTION]
    for title, names in _sections(package):
        parts.append(f"## {title}\n")
        if title in POINTERS:
            parts.append(f"{POINTERS[title]}\n")
        parts += [_entry(package, name, "warren", shown) for name in names]
    for module in MODULES:
        loaded = loader.modules_collection[module]
        parts.append(f"## `{module}`\n")
        parts += [_entry(loaded, name, module, shown) for name in _exports(loaded)]
    return "\n".join(parts).rstrip() + "\n"


def _sections(package: griffe.Module) -> Iterator[tuple[str, list[str]]]:
    left = _exports(package)
    for title, names in SECTIONS.items():
        here = [name for name in names if name in left]
        left = [name for name in left if name not in here]
        yield title, here
    errors = [name for name in left if str(getattr(_target(package, name), "path", "")).startswith("warren.errors.")]
    yield ERRORS, errors
    yield OTHERS, [name for name in left if name not in errors]


def _exports(module: griffe.Module) -> list[str]:
    return [str(name) for name in module.exports or ()]


def _target(module: griffe.Module, name: str) -> griffe.Object | str:
    """What a public name is, or its full name in another library; a thing goes before a module of the same name."""
    member = module.members[name]
    try:
        target = member.final_target if isinstance(member, griffe.Alias) else member
    except griffe.AliasResolutionError as error:  # only Warren is loaded
        return error.alias.target_path
    assert isinstance(target, griffe.Object)
    return _target(target, name) if isinstance(target, griffe.Module) and name in target.members else target


def _entry(module: griffe.Module, name: str, where: str, shown: dict[str, str]) -> str:
    target = _target(module, name)
    heading = f"### `{name}`\n"
    if isinstance(target, str):
        return f"{heading}\n`{target}`, re-exported.\n"
    if target.path in shown:
        return f"{heading}\nThe same as `{shown[target.path]}`.\n"
    shown[target.path] = f"{where}.{name}"
    if isinstance(target, griffe.Class):
        return "\n".join([heading, *_class(target)])
    if isinstance(target, griffe.Function):
        return "\n".join([heading, *_function(target)])
    assert isinstance(target, griffe.Attribute)
    return "\n".join([heading, f"`{_attribute(target)}`\n", *_body(target)])


def _class(cls: griffe.Class) -> Iterator[str]:
    bases = ", ".join(str(base) for base in cls.bases if not str(base).startswith("_"))
    lines = [f"class {cls.name}({bases})" if bases else f"class {cls.name}"]
    if "__init__" in cls.members or "dataclass" in cls.labels:
        lines.append(_signature(cls.name, list(cls.parameters), None))
    yield _code(lines)
    yield from _body(cls)
    members = [member for name, member in cls.members.items() if not name.startswith("_")]
    fields = [_field(member, cls) for member in members if isinstance(member, griffe.Attribute)]
    if any(fields):
        yield "\n".join(filter(None, fields)) + "\n"
    for member in (*members, *_inherited(cls)):
        if isinstance(member, griffe.Function):
            yield f"#### `{cls.name}.{member.name}`\n"
            yield from _function(member)


def _inherited(cls: griffe.Class) -> Iterator[griffe.Object]:
    """What a class has of the abstract bases that it is put together from, which have no entry of their own."""
    for base in cls.mro():
        if any(str(each) == "ABC" for each in base.bases):
            members = [member for name, member in base.members.items() if not name.startswith("_")]
            yield from (
                member for member in members if isinstance(member, griffe.Function) and member.name not in cls.members
            )


def _field(field: griffe.Attribute, cls: griffe.Class) -> str:
    """An item for an attribute; nothing where the signature of the class says all of it."""
    if (waits_for := _asynchronous_form(field)) is not None:
        return f"- `{field.name}(...)`: as `{waits_for}`, without `await`"
    text = _text(field)
    taken = {parameter.name for parameter in cls.parameters}
    if not text and field.name in taken and ("dataclass" in cls.labels or "instance-attribute" in field.labels):
        return ""
    return f"- `{_attribute(field)}`" + (f": {text}" if text else "")


def _asynchronous_form(field: griffe.Attribute) -> str | None:
    """What a synchronous method was made of, by its name in `warren.client`."""
    made = _SYNCHRONOUS.match(str(field.value))
    return None if made is None else made[1].removeprefix("Async")


def _attribute(attribute: griffe.Attribute) -> str:
    annotation = f": {attribute.annotation}" if attribute.annotation is not None else ""
    is_computed = {"property", "instance-attribute"} & attribute.labels and "class-attribute" not in attribute.labels
    value = f" = {attribute.value}" if attribute.value is not None and not is_computed else ""
    return f"{attribute.name}{annotation}{value}"


def _function(function: griffe.Function) -> Iterator[str]:
    start = "async def " if "async" in function.labels else "def "
    is_bound = isinstance(function.parent, griffe.Class) and "staticmethod" not in function.labels
    lines = ["@classmethod"] if "classmethod" in function.labels else []
    for each in function.overloads or [function]:
        parameters = list(each.parameters)[1 if is_bound else 0 :]
        lines.append(_signature(start + function.name, parameters, each.returns))
    yield _code(lines)
    yield from _body(function)


def _signature(name: str, parameters: list[griffe.Parameter], returns: object) -> str:
    pieces = _pieces([parameter for parameter in parameters if parameter.name != "self"])
    result = f" -> {returns}" if returns is not None else ""
    line = f"{name}({', '.join(pieces)}){result}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {piece}," for piece in pieces), f"){result}"])


def _pieces(parameters: list[griffe.Parameter]) -> list[str]:
    """Parameters as source text, with the marks `/` and `*`."""
    pieces: list[str] = []
    kind = griffe.ParameterKind
    for index, parameter in enumerate(parameters):
        previous = parameters[index - 1].kind if index else None
        if previous is kind.positional_only and parameter.kind is not kind.positional_only:
            pieces.append("/")
        if parameter.kind is kind.keyword_only and previous not in {kind.keyword_only, kind.var_positional}:
            pieces.append("*")
        star = "*" if parameter.kind is kind.var_positional else "**" if parameter.kind is kind.var_keyword else ""
        text = star + parameter.name + (f": {parameter.annotation}" if parameter.annotation is not None else "")
        if parameter.default is not None and not star:
            text += f" = {parameter.default}" if parameter.annotation is not None else f"={parameter.default}"
        pieces.append(text)
    if parameters and parameters[-1].kind is kind.positional_only:
        pieces.append("/")
    return pieces


def _code(lines: list[str]) -> str:
    return "```pyi\n" + "\n".join(lines) + "\n```\n"


def _body(documented: griffe.Object) -> Iterator[str]:
    for section in documented.docstring.parsed if documented.docstring is not None else ():
        if isinstance(section, griffe.DocstringSectionText):
            yield f"{section.value}\n"
        elif isinstance(section, griffe.DocstringSectionRaises):
            raised = [f"- `{each.annotation}`: {' '.join(each.description.split())}" for each in section.value]
            yield "Raises:\n\n" + "\n".join(raised) + "\n"
        else:
            raise NotImplementedError(f"{documented.path}: this page has no form for a section of {section.kind.value}")


def _text(documented: griffe.Object) -> str:
    return " ".join(documented.docstring.value.split()) if documented.docstring is not None else ""
