"""Finding the source of a function object: the file's text, its syntax tree, and places in it counted from 1.

Works from the code object (file, first line, name), so that it also finds methods of classes defined inside functions.
Must not know what the source means.
"""

from __future__ import annotations

import ast
import functools
import io
import linecache
import sysconfig
from pathlib import Path
from types import CodeType, FunctionType

from warren.ir import Span

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

_PATHS = sysconfig.get_paths()
_LIBRARIES = tuple(str(Path(_PATHS[name])) for name in ("purelib", "platlib"))
_STANDARD = tuple(str(Path(_PATHS[name])) for name in ("stdlib", "platstdlib"))


def is_library(filename: str) -> bool:
    """Whether the file was installed: a package, or Python's own."""
    return filename.startswith((*_LIBRARIES, *_STANDARD))


def is_standard(filename: str) -> bool:
    """Whether the file is Python's own."""
    return filename.startswith("<frozen ") or (filename.startswith(_STANDARD) and not filename.startswith(_LIBRARIES))


class SourceUnavailable(Exception):
    """The source of a function cannot be read, or is no longer what was imported; the message says why."""


class SourceFile:
    """One file's text and tree."""

    def __init__(self, filename: str, text: str) -> None:
        self.filename = filename
        self.text = text
        self.lines = text.splitlines()
        self.tree = ast.parse(text)
        self._functions: dict[tuple[int, str], list[FunctionNode]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                self._functions.setdefault((first, node.name), []).append(node)
            elif isinstance(node, ast.Lambda):
                self._functions.setdefault((node.lineno, "<lambda>"), []).append(node)

    @functools.cached_property
    def _definitions(self) -> dict[str, list[Definition]]:
        """Those of the whole file, which each class of it is looked for in."""
        return _definitions(self.tree.body)

    def line(self, number: int) -> str:
        """Text of a line, without its newline; empty when there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def column(self, line: int, offset: int) -> int:
        """Column in characters from 1, of a byte offset from 0 as `ast` counts."""
        text = self.line(line)
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode(errors="ignore")) + 1

    def span(self, node: ast.AST) -> Span:
        """The place of a node that has one."""
        line: int = node.lineno  # type: ignore[attr-defined]  # callers pass located nodes only
        column: int = node.col_offset  # type: ignore[attr-defined]  # as above
        end_line: int = getattr(node, "end_lineno", None) or line
        end: int | None = getattr(node, "end_col_offset", None)
        return Span(line, self.column(line, column), end_line, self.column(end_line, column if end is None else end))

    def candidates(self, line: int, name: str) -> list[FunctionNode]:
        """The functions of this name that start at this line (with their decorators)."""
        return self._functions.get((line, name), [])

    def class_source(self, qualname: str) -> str:
        """The text of a class statement by its qualified name, or nothing."""
        found = self.class_statements(qualname)
        return self._segment(found[0]) if found else ""

    @functools.cached_property
    def _parts(self) -> list[bytes]:
        """The lines as `ast` counts them, with their ends: a form feed or the like ends none."""
        return [line.encode() for line in io.StringIO(self.text, newline="")]

    def _segment(self, node: ast.stmt) -> str:
        """What `ast.get_source_segment` gives, which takes the whole file apart each time."""
        end = node.end_lineno or node.lineno
        lines = self._parts[node.lineno - 1 : end]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"".join(lines).decode()

    def class_statements(self, qualname: str) -> list[ast.ClassDef]:
        """The class statements of a qualified name, in the order of the text; those of the first enclosing one."""
        found: list[Definition] = []
        for part in qualname.split("."):
            if part == "<locals>":
                continue
            definitions = _definitions(found[0].body) if found else self._definitions
            found = definitions.get(part, [])
            if not found:
                return []
        if not found or not isinstance(found[0], ast.ClassDef):
            return []
        return [node for node in found if isinstance(node, ast.ClassDef)]


def _definitions(body: list[ast.stmt]) -> dict[str, list[Definition]]:
    """The class and function statements within these statements, by name."""
    found: dict[str, list[Definition]] = {}
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, Definition):
                found.setdefault(node.name, []).append(node)
    return found


@functools.lru_cache(maxsize=64)
def _parse(filename: str, text: str) -> SourceFile:
    return SourceFile(filename, text)


def source_of(function: FunctionType) -> tuple[SourceFile, FunctionNode]:
    """The file and the syntax node of a function.

    Raises:
        SourceUnavailable: there is no source text, or it does not have this function at this place.
    """
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        raise SourceUnavailable(f"the source of {function.__qualname__} is not available ({code.co_filename})")
    try:
        source = _parse(code.co_filename, "".join(lines))
    except SyntaxError as error:
        raise SourceUnavailable(f"{code.co_filename} has changed since it was imported: {error}") from error
    found = [node for node in source.candidates(code.co_firstlineno, code.co_name) if _fits(node, code)]
    if len(found) > 1:
        found = [node for node in found if _covers(node, code)] or found
    if not found:
        raise SourceUnavailable(
            f"{code.co_filename} has changed since it was imported: "
            f"{code.co_qualname} is not at line {code.co_firstlineno}"
        )
    return source, found[0]


def _fits(node: FunctionNode, code: CodeType) -> bool:
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    count = code.co_argcount + code.co_kwonlyargcount
    # A private parameter is mangled in the code object, so only the ends are compared.
    return len(names) == count and all(
        actual.endswith(name) for name, actual in zip(names, code.co_varnames, strict=False)
    )


def _covers(node: FunctionNode, code: CodeType) -> bool:
    """Whether the code's instructions come from within the node: tells lambdas on one line apart."""
    places = [
        (line, column)
        for line, _, column, _ in code.co_positions()
        if line is not None and column is not None and (line, column) != (code.co_firstlineno, 0)
    ]
    if not places or not isinstance(node, ast.Lambda):
        return True
    start = (node.body.lineno, node.body.col_offset)
    end = (node.body.end_lineno or node.body.lineno, node.body.end_col_offset or 0)
    return start <= min(places) and max(places) <= end
