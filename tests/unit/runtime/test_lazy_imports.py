"""Stand-ins for modules that a library imports and hardly ever uses."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warren.runtime.lazy_imports import deferred

HEAVY = """
class Tool:
    made = 0

    def __init__(self, n):
        self.n = n

    @classmethod
    def of(cls, n):
        return cls(n)


def double(n):
    return n * 2
"""
LIBRARY = """
import kit
import kit.more
from kit.heavy import Tool, double


def use():
    return Tool(1).n, Tool.of(2).n, double(3), kit.more.double(4)
"""


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("")
    for name in ("heavy", "more"):
        (tmp_path / "kit" / f"{name}.py").write_text(HEAVY)
    (tmp_path / "library.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("kit", "kit.heavy", "kit.more", "library"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("kit")
def test_a_library_has_what_it_imports_when_it_uses_it() -> None:
    with deferred("kit.heavy", "kit.more"):
        library = importlib.import_module("library")
    assert {"kit.heavy", "kit.more"} & set(sys.modules) == set()
    assert library.use() == (1, 2, 6, 8)
    assert {"kit.heavy", "kit.more"} <= set(sys.modules)
    assert library.kit.more is sys.modules["kit.more"]


@pytest.mark.usefixtures("kit")
def test_others_import_the_real_thing_afterwards() -> None:
    with deferred("kit.heavy"):
        importlib.import_module("library")
    heavy = importlib.import_module("kit.heavy")
    assert isinstance(heavy.Tool(1), heavy.Tool)


@pytest.mark.usefixtures("kit")
def test_what_is_there_already_or_missing_is_left_alone() -> None:
    heavy = importlib.import_module("kit.heavy")
    with deferred("kit.heavy", "not_installed.part"):
        assert importlib.import_module("library").Tool is heavy.Tool
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("not_installed.part")


SCRIPT = """
import io, sys
import warren.runtime.logs as logs
print([name for name in ("rich.console", "rich.pretty", "rich.traceback", "pygments") if name in sys.modules])
sys.stderr = io.StringIO()
logs.configure_logs(service="s", level="info", style="console")
try:
    secret = 42
    1 / 0
except ZeroDivisionError:
    logs.get_logger("n").exception("it went wrong", n=1)
text = sys.stderr.getvalue()
print("it went wrong" in text, "ZeroDivisionError" in text, "secret = 42" in text)
"""


def test_logs_load_no_rich_until_they_print_a_traceback_for_people() -> None:
    """rich frames the traceback and shows local variables, which is what its presence is good for."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\nTrue True True\n", done.stderr
