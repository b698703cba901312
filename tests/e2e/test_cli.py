"""The `warren` command without services: compiling, drawing, refusing, and what it says when a server is away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.warren_command import warren, write_modules
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A directory with the modules."""
    return write_modules(tmp_path)


def loaded_by(code: str, *modules: str) -> list[str]:
    """Which of these modules are imported when this code has run."""
    code = f"import sys\n{code}\nprint([name for name in {modules} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(json.loads(done.stderr.replace("'", '"')))


HELP = "from warren_cli.cli import app; app(['--help'], prog_name='warren', standalone_mode=False)"


def test_help_is_quick_because_it_imports_nothing() -> None:
    assert loaded_by("import warren_cli.cli", "warren", "pydantic", "aio_pika", "rich") == []
    assert loaded_by(HELP, "warren", "pydantic", "markdown_it", "pygments", "rich.panel") == ["rich.panel"]


def test_help_looks_as_if_everything_was_imported() -> None:
    for arguments in ("['--help']", "['run', '--help']", "['worker', '-h']"):
        code = HELP.replace("['--help']", arguments)
        texts = [
            subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
            for text in (code, f"import typer.rich_utils; {code}")
        ]
        assert texts[0] == texts[1]
        assert "Usage: warren" in texts[0]


def test_a_database_can_start_before_the_services_are_imported() -> None:
    late = ("aio_pika", "asyncpg", "rich.console", "warren.engine", "warren.client.client", "warren_cli.installation")
    assert loaded_by("import warren_cli.run_locally", "warren.adapters.postgres.embedded", *late) == [
        "warren.adapters.postgres.embedded"
    ]


def test_help_version_and_usage(shop: Path) -> None:
    listed = warren(shop, "--help")
    assert listed.returncode == 0
    for command in ("run", "dev", "check", "graph", "migrate", "topology", "compiler", "coordinator", "worker"):
        assert command in listed.stdout
    assert warren(shop, "--version").stdout.startswith("warren 0.")
    assert warren(shop, "run").returncode == 2
    assert warren(shop, "no-such-command").returncode == 2
    text = warren(shop, "run", "--help").stdout
    assert "--input" in text
    paragraph = text[text.index("Needs no server") :].partition("\n \n")[0].splitlines()[:-1]
    assert all(len(line.strip()) > 60 for line in paragraph[:3]), "lines are as long as the terminal is wide"


def test_completion_can_be_shown(shop: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "warren_cli", "--show-completion"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_accepts(shop: Path) -> None:
    done = warren(shop, "check", "shop")
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", "cli.doubled"],
        ["ok", "cli.failing"],
        ["ok", "cli.sleeper"],
    ]
    assert warren(shop, "check", "shop.py").returncode == 0


def test_check_shows_every_refusal_of_the_module(shop: Path) -> None:
    done = warren(shop, "check", "refused")
    assert done.returncode == 1
    assert "refused.py:13:16: error" in done.stdout
    assert 'return open("file").read()' in done.stdout
    assert "instead:" in done.stdout
    assert "refused.py:25:" in done.stdout


def test_check_speaks_to_machines(shop: Path) -> None:
    done = warren(shop, "check", "refused", "--json")
    assert done.returncode == 1
    first = json.loads(done.stdout)[0]
    assert (first["line"], Path(first["filename"]).name) == (13, "refused.py")
    annotations = warren(shop, "check", "refused", "--github")
    assert annotations.returncode == 1
    assert annotations.stdout.startswith("::error file=")
    assert warren(shop, "check", "shop", "--json").stdout == "[]\n"


def test_a_module_that_does_not_compile_does_not_run(shop: Path) -> None:
    done = warren(shop, "run", "refused:Fine")
    assert done.returncode == 2
    assert "refused.py:13" in done.stderr
    assert "Traceback" not in done.stderr


# --- graph ------------------------------------------------------------------------------------------------------------


def test_graph_as_mermaid(shop: Path) -> None:
    done = warren(shop, "graph", "shop:Sleeper")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "flowchart TD"
    assert any('[["double"]]' in line for line in lines)
    assert any("sleep" in line for line in lines)
    assert any("-->" in line for line in lines)


def test_graph_as_dot_and_json(shop: Path) -> None:
    dot = warren(shop, "graph", "shop:Sleeper", "--format", "dot").stdout
    assert dot.startswith('digraph "cli.sleeper" {')
    picture = json.loads(warren(shop, "graph", "shop:Sleeper", "--format", "json").stdout)
    (function,) = picture["functions"]
    ids = {step["id"] for step in function["steps"]}
    assert all(arrow["source"] in ids and arrow["target"] in ids for arrow in function["arrows"])
    assert [step["label"] for step in function["steps"] if step["kind"] == "await"][:2] == ["double", "double"]


def test_graph_goes_to_a_file(shop: Path) -> None:
    assert warren(shop, "graph", "shop:Sleeper", "-o", "graph.mmd").stdout == ""
    assert (shop / "graph.mmd").read_text().startswith("flowchart")


@pytest.mark.skipif(shutil.which("dot") is not None, reason="graphviz is installed here")
def test_svg_needs_graphviz(shop: Path) -> None:
    done = warren(shop, "graph", "shop:Sleeper", "--format", "svg")
    assert done.returncode == 2
    assert "graphviz" in done.stderr


# --- run --------------------------------------------------------------------------------------------------------------


def test_input_can_be_given_in_many_ways(shop: Path) -> None:
    (shop / "input.json").write_text('{"numbers": [1, 2]}')
    done = warren(shop, "run", "shop:Doubled", "-i", "@input.json", "-i", "label=x")
    assert (done.returncode, done.stdout) == (0, '{"x": 6}\n'), done.stderr
    done = warren(shop, "run", "shop:cli.doubled", "-i", "-", text='{"numbers": [4]}')
    assert (done.returncode, done.stdout) == (0, '{"sum": 8}\n'), done.stderr


def test_a_failed_run_is_exit_code_1_and_shows_the_users_traceback(shop: Path) -> None:
    done = warren(shop, "run", "shop:Failing", "-i", "text=out of tea")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ValueError: out of tea" in done.stderr
    assert "raise ValueError(text)" in done.stderr
    assert "warren_worker" not in done.stderr
    as_json = warren(shop, "run", "shop:Failing", "-i", "text=bad", "--json")
    end = json.loads(as_json.stdout)
    assert as_json.returncode == 1
    assert (end["status"], end["error"]["type"], end["error"]["message"]) == ("failed", "ValueError", "bad")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["shop:Doubled"], "missing argument 'numbers'"),
        (["shop:Doubled", "-i", "numbers=x"], "expected list[int]"),
        (["shop:Doubled", "-i", '{"numbers": '], "is not JSON"),
        (["shop:Doubled", "-i", "[1]"], "must be an object"),
        (["shop:Doubled", "-i", "@nothing.json"], "nothing.json"),
        (["shop:Doubled", "--run-id", "x"], "not a UUID"),
        (["shop:Nothing"], "shop:Doubled"),
        (["shop"], "say which workflow"),
        (["nothing:X"], "there is no module 'nothing'"),
        (["nothing.py:X"], "there is no file"),
    ],
    ids=lambda value: "" if isinstance(value, list) else value,
)
def test_wrong_input_is_exit_code_2(shop: Path, arguments: list[str], text: str) -> None:
    done = warren(shop, "run", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_that_fails_at_import_shows_where(shop: Path) -> None:
    (shop / "broken.py").write_text("import shop\n\n1 / 0\n")
    done = warren(shop, "check", "broken")
    assert done.returncode == 2
    assert "ZeroDivisionError" in done.stderr
    assert 'broken.py", line 3' in done.stderr
    (shop / "needy.py").write_text("import not_installed_at_all\n")
    done = warren(shop, "check", "needy")
    assert done.returncode == 2
    assert "needs 'not_installed_at_all'" in done.stderr


def test_errors_are_json_when_asked_for(shop: Path) -> None:
    done = warren(shop, "run", "shop:Doubled", "-i", "numbers=x", "--json")
    error = json.loads(done.stderr)["error"]
    assert (done.returncode, error["type"], error["exit_code"]) == (2, "InvalidInput", 2)


def test_what_embedded_runs_leave_can_be_looked_at(shop: Path) -> None:
    assert warren(shop, "run", "shop:Doubled", "-i", "numbers=[1]", "--key", "k 1").returncode == 0
    table = warren(shop, "runs", "--data", ".warren").stdout
    assert "cli.doubled" in table
    assert "completed" in table
    (run,) = json.loads(warren(shop, "runs", "--data", ".warren", "--json").stdout)
    assert (run["key"], run["result"], run["input"]) == ("k 1", {"sum": 2}, {"numbers": [1]})
    shown = warren(shop, "show", "k 1", "--workflow", "cli.doubled", "--data", ".warren").stdout
    assert run["run_id"] in shown
    told = warren(shop, "history", run["run_id"], "--data", ".warren").stdout
    assert "run #1 double" in told
    assert "end the run: completed" in told
    assert warren(shop, "runs", "--data", ".warren", "--status", "nonsense").returncode == 2
    assert warren(shop, "show", "00000000-0000-7000-8000-000000000000", "--data", ".warren").returncode == 2
    assert warren(shop, "runs", "--data", "elsewhere").returncode == 2


# --- servers that are away --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["start", "x"], ["topology"], ["register", "shop"], ["run", "shop:Doubled"]])
def test_an_absent_broker_is_exit_code_3(shop: Path, command: list[str]) -> None:
    servers = {"WARREN_BROKER_URL": f"amqp://127.0.0.1:{free_port()}/"}
    done = warren(shop, *command, servers=servers)
    assert done.returncode == 3, done.stderr
    assert "WARREN_BROKER_URL" in done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.parametrize("command", [["runs"], ["migrate"], ["history", "00000000-0000-7000-8000-000000000000"]])
def test_an_absent_database_is_exit_code_3(shop: Path, command: list[str]) -> None:
    servers = {"WARREN_DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/x"}
    done = warren(shop, *command, servers=servers)
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.parametrize(
    "servers",
    [
        {"WARREN_BROKER_URL": "http://x"},
        {"WARREN_DATABASE_URL": "mysql://x"},
        {"WARREN_DATABASE_URL": "postgresql://127.0.0.1/x"},
        {"WARREN_SHARDS": "many"},
    ],
    ids=["broker", "database", "half", "number"],
)
def test_wrong_settings_are_exit_code_2(shop: Path, servers: dict[str, str]) -> None:
    done = warren(shop, "run", "shop:Doubled", "-i", "numbers=[1]", servers=servers)
    assert done.returncode == 2, done.stderr
    assert next(iter(servers)) in done.stderr


@pytest.mark.parametrize("url", ["amqp://", "amqp://host:port/", "amqp://host:99999/", "amqp://[::1/"])
def test_what_is_no_broker_url_is_exit_code_2(shop: Path, url: str) -> None:
    done = warren(shop, "topology", servers={"WARREN_BROKER_URL": url})
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: the broker URL cannot be used (")


@pytest.mark.parametrize("service", [["compiler"], ["coordinator"], ["worker", "shop"]], ids=lambda words: words[0])
def test_a_service_says_which_setting_is_wrong(shop: Path, service: list[str]) -> None:
    done = warren(shop, *service, servers={"WARREN_SHARDS": "many"})
    assert done.returncode == 2
    assert done.stderr.startswith("error: WARREN_SHARDS: ")


def test_a_service_needs_servers(shop: Path) -> None:
    done = warren(shop, "worker", "shop", servers={"WARREN_BROKER_URL": "memory:"})
    assert done.returncode == 2
    assert "one process only" in done.stderr
    (shop / "bare.py").write_text("")
    done = warren(shop, "worker", "bare")
    assert (done.returncode, done.stderr) == (
        2,
        "error: there is no @action and no @workflow in bare: nothing to work on\n",
    )
    assert warren(shop, "worker", "nothing").returncode == 2
