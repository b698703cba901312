"""The wheel that users get: built, installed into an empty environment away from this checkout, and used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.e2e.command_line import ROOT, run_warren

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

UV = Path(sys.executable).parent / "uv"
"""Used instead of pip where the development environment has it, as `make setup` gives it."""
PACKAGES = {"warren", "warren_compiler", "warren_coordinator", "warren_worker", "warren_cli"}
DRIVERS = ("aio_pika", "aiormq", "asyncpg", "aiohttp", "structlog", "typer", "opentelemetry", "uvloop")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel, made from a copy of the sources so that nothing is left in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, source)
    for name in ("shared", "services"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("wheel")
    installer = ["--installer=uv"] if UV.exists() else []
    _run(sys.executable, "-m", "build", "--wheel", *installer, "--outdir", str(target), str(source))
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bin` of an environment that holds the wheel with what embedded runs need."""
    place = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", str(place))
    _install(place / "bin" / "python", f"{wheel}[embedded]")
    return place / "bin"


def test_the_wheel_holds_every_package_and_its_data(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in files if ".dist-info/" not in name}
    assert tops == PACKAGES
    assert "warren/py.typed" in files
    assert sorted(Path(name).name for name in files if name.endswith(".sql")) == sorted(
        path.name for path in (ROOT / "shared").rglob("*.sql")
    )
    assert any(name.endswith("licenses/LICENSE") for name in files)


def test_importing_warren_from_the_wheel_loads_no_driver(installed: Path, tmp_path: Path) -> None:
    code = (
        f"import warren, sys, json; print(json.dumps([warren.__file__, [m for m in {DRIVERS!r} if m in sys.modules]]))"
    )
    done = subprocess.run(
        [installed / "python", "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    origin, loaded = json.loads(done.stdout)
    assert Path(origin).is_relative_to(installed.parent)
    assert loaded == []


def test_an_author_needs_no_extra(wheel: Path, tmp_path: Path) -> None:
    """Without extras an author can write, compile and test a workflow; the client says what to install."""
    _run(sys.executable, "-m", "venv", str(tmp_path / "plain"))
    python = tmp_path / "plain" / "bin" / "python"
    _install(python, str(wheel))
    shutil.copy(ROOT / "examples" / "parallel_math.py", tmp_path)
    code = (
        "import asyncio, warren, warren.testing as t, parallel_math as m\n"
        "print(asyncio.run(t.run_workflow(m.ParallelMath, [5]))['sum_of_factorials'])\n"
        "try: warren.Warren\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    done = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "120"
    assert "pip install 'warren[client]'" in second
    done = run_warren("check", "parallel_math", command=python.parent / "warren", cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "pip install 'warren[cli]'" in done.stderr


def test_the_installed_command_runs_a_copied_example(installed: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "parallel_math.py", tmp_path)
    done = run_warren(
        *("run", "parallel_math:ParallelMath", "--input", '{"numbers": [3, 4]}'),
        command=installed / "warren",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sum_of_factorials"] == 30


def _install(python: Path, what: str) -> None:
    if UV.exists():
        _run(str(UV), "pip", "install", "--quiet", "--python", str(python), what)
    else:
        _run(str(python), "-m", "pip", "install", "--quiet", what)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
