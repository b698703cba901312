"""What is said about a module that cannot be imported: the place and what to do, and no frames of the import system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warren.errors import InvalidInput
from warren_cli.failures import report
from warren_worker.modules import import_modules

Refused = Callable[[str, str], str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Imports a module with this source and returns what a person reads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def read(name: str, source: str) -> str:
        (tmp_path / f"{name}.py").write_text(source)
        with pytest.raises(InvalidInput) as caught:
            import_modules([name])
        assert report(caught.value, as_json=False) == 2
        return capsys.readouterr().err

    return read


def test_a_syntax_error_has_its_place_and_no_traceback(refused: Refused, tmp_path: Path) -> None:
    text = refused("unpython", "class A:\n    x = 1 +* 2\n")
    assert text.splitlines() == [
        f"error: module 'unpython' is not Python: {tmp_path}/unpython.py:2:12: invalid syntax",
        "    x = 1 +* 2",
        "           ^",
    ]
    assert refused("zeros", "\0").startswith("error: module 'zeros' is not Python: source code")


@pytest.mark.parametrize("name", ["", ":Order", "shop:Order", "shop.", ".shop"])
def test_what_is_no_module_is_one_line(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"is no module: write its name as in `import shop\.orders`"):
        import_modules([name])


def test_a_module_that_exits_is_refused(refused: Refused, tmp_path: Path) -> None:
    text = refused("script", "import sys\n\nsys.exit(4)\n")
    assert text.startswith(f"error: module 'script' called sys.exit(4) while it was imported ({tmp_path}/script.py:3)")
    assert len(text.splitlines()) == 1


def test_a_traceback_begins_in_the_module(refused: Refused, tmp_path: Path) -> None:
    lines = refused("dividing", "def f():\n    return 1 / 0\n\nf()\n").splitlines()
    assert lines[1:3] == ["Traceback (most recent call last):", f'  File "{tmp_path}/dividing.py", line 4, in <module>']
    assert not any("importlib" in line for line in lines)


def test_what_is_missing_is_said_with_the_line_that_wants_it(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text("import no_such_library\n")
    assert f"needs 'no_such_library', which is not installed ({tmp_path}/inner.py:1)" in refused(
        "outer", "import inner"
    )
