"""Importing the user's modules, with errors that say what to do. Must not know what is in them."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from warren.errors import InvalidInput, UserError


def import_modules(names: Sequence[str]) -> list[ModuleType]:
    """Import modules by dotted name, or by the path of a `.py` file; the working directory is searched first.

    Raises:
        InvalidInput: one does not exist, or fails while it is imported (the cause has its traceback).
        UserError: one has a workflow that cannot be compiled.
    """
    if str(Path.cwd()) not in sys.path and "" not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return [_import(name) for name in names]


def _import(name: str) -> ModuleType:
    module = _module_of_path(name) if name.endswith(".py") else name
    if ":" in module or not all(module.split(".")):
        raise InvalidInput(f"{name!r} is no module: write its name as in `import shop.orders`, or the path of its file")
    try:
        return importlib.import_module(module)
    except UserError:
        raise
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if module == missing or module.startswith(f"{missing}."):
            raise InvalidInput(
                f"there is no module {missing!r}; looked in {Path.cwd()} and the installed packages. Give a dotted "
                "module name, and start from the directory above it (or set PYTHONPATH)"
            ) from error
        raise InvalidInput(f"module {module!r} needs {missing!r}, which is not installed{_place(error)}") from error
    except SyntaxError as error:
        raise InvalidInput(_syntax_text(module, error)) from None
    except SystemExit as error:
        raise InvalidInput(
            f"module {module!r} called sys.exit({error.code!r}) while it was imported{_place(error)}; keep what a "
            'script does under `if __name__ == "__main__":`'
        ) from error
    except Exception as error:
        raise InvalidInput(
            f"module {module!r} failed while it was imported: {type(error).__name__}: {error}"
        ) from error


def _place(error: BaseException) -> str:
    """ " (file:line)" of the line that raised it; nothing when no line of a file did."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if not each.filename.startswith("<frozen")]
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if len(frames) > 1 else ""


def _syntax_text(module: str, error: SyntaxError) -> str:
    """Like a refusal of the compiler: the place, what is wrong, and the line itself."""
    if error.filename is None or error.text is None:
        return f"module {module!r} is not Python: {error}"
    column = error.offset or 1
    line = error.text.rstrip("\n")
    indent = len(line) - len(line.lstrip())
    return (
        f"module {module!r} is not Python: {error.filename}:{error.lineno}:{column}: {error.msg}\n"
        f"    {line.lstrip()}\n    {' ' * max(0, column - 1 - indent)}^"
    )


def _module_of_path(name: str) -> str:
    """`shop/orders.py` is `shop.orders`, seen from the working directory; a file elsewhere is imported by its stem."""
    path = Path(name)
    if not path.exists():
        raise InvalidInput(f"there is no file {name}")
    resolved = path.resolve()
    try:
        relative = resolved.relative_to(Path.cwd())
    except ValueError:
        sys.path.insert(0, str(resolved.parent))
        return resolved.stem
    parts = relative.with_suffix("").parts
    if all(part.isidentifier() for part in parts):
        return ".".join(parts)
    sys.path.insert(0, str(resolved.parent))
    return resolved.stem
