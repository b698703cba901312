"""README and docs/ say what is: their code runs, their tables match the code, their links lead somewhere."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import asyncpg
import jsonschema
import pytest
from docs import command_line, python_api, refusals, schemas, value_types
from tests.e2e.command_line import ROOT
from tests.e2e.pages import Runner, blocks
from tests.support.servers.postgres import new_database

import warren
from warren_worker.settings import WorkerSettings

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_code_of_the_page_runs(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with ExitStack() as stack:

        def servers() -> tuple[str, str]:
            database = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
            return request.getfixturevalue("fresh_broker_url"), database

        runner = stack.enter_context(Runner(tmp_path, servers))
        for block in blocks(page):
            if block.kind == "sql":
                asyncio.run(_run_sql(block.text, runner.environment["WARREN_DATABASE_URL"]))
                continue
            problem = None
            try:
                runner.run(block)
            except AssertionError as error:
                problem = f"{page.relative_to(ROOT)}:{block.line}: {error}"
            if problem:
                pytest.fail(problem, pytrace=False)


def test_the_settings_table_is_that_of_the_settings() -> None:
    text = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `(WARREN_\w+)` \| `?([^|`]*)`? \|", text, re.MULTILINE))
    expected = {
        f"WARREN_{name.upper()}": "" if field.default is None else str(field.default)
        for name, field in WorkerSettings.model_fields.items()
    }
    assert {name: value.strip() for name, value in table.items()} == expected


@pytest.mark.parametrize(
    "page", [schemas, python_api, command_line, refusals, value_types], ids=lambda page: str(page.TARGET.name)
)
def test_a_generated_page_is_current(page: ModuleType) -> None:
    assert page.TARGET.read_text(encoding="utf-8") == page.render(), "run `make reference`"


def test_the_messages_in_the_docs_fit_the_published_schemas() -> None:
    document = json.loads(schemas.TARGET.read_text(encoding="utf-8"))
    shown = [
        json.loads(block.text)
        for page in ("reference/messages.md", "howto/start-runs-from-other-languages.md")
        for block in blocks(DOCS / page)
        if block.kind == "json"
    ]
    assert {frozenset(message) for message in shown} == {
        frozenset({"workflow", "input", "run_id"}),
        frozenset({"run_id", "signal", "payload", "id"}),
        frozenset({"run_id", "query", "arguments"}),
        frozenset({"run_id", "update", "arguments", "id"}),
        frozenset({"run_id", "reason", "id"}),
        frozenset({"run_id", "reason"}),
        frozenset({"token", "result"}),
    }
    for message in shown:
        kinds = {
            "reason": "CancelRun",
            "signal": "SignalRun",
            "query": "QueryRun",
            "update": "UpdateRun",
            "token": "CompleteAction",
            "workflow": "StartRun",
        }
        name = next(kind for key, kind in kinds.items() if key in message)
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(message, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**message, "unknown": 1}, schema)


def test_the_errors_page_has_every_public_error() -> None:
    text = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    public = [getattr(warren, name) for name in warren.__all__]
    errors = {thing.__name__ for thing in public if isinstance(thing, type) and issubclass(thing, Exception)}
    assert "ActionTimeout" in errors
    assert [name for name in sorted(errors) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=[*NAMES, "CHANGELOG.md"])
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not _leads_somewhere(page, link)]
    assert not broken


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """What GitHub makes of the page's headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = DOCS / "README.md"
    links = re.findall(r"\]\(([^)#]+)\)", contents.read_text(encoding="utf-8"))
    linked = {(DOCS / link).resolve() for link in links}
    assert [page.name for page in DOCS.rglob("*.md") if page != contents and page.resolve() not in linked] == []


def test_the_tests_that_are_named_exist() -> None:
    present = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    shown = {name for page in PAGES for block in blocks(page) for name in re.findall(r"^# (test_\w+\.py)", block.text)}
    for page in PAGES:
        named = set(re.findall(r"\b(test_\w+\.py)\b", page.read_text(encoding="utf-8")))
        assert named - shown <= present, f"{page.name} names tests that are not there"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = re.findall(r"`(make [^`\n]*)`", text) + [b.text for b in blocks(page) if b.kind == "sh"]
        named = {name for piece in code for name in re.findall(r"^make ([a-z-]+)", piece, re.MULTILINE)}
        assert named <= targets, f"{page.name}: {named - targets}"


def test_make_without_a_target_lists_the_targets() -> None:
    done = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    for name in ("setup", "demo", "test", "check", "compose-test"):
        assert f"make {name} " in done.stdout


def test_the_readme_is_short_and_begins_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("\n") <= 150
    first = next(blocks(ROOT / "README.md"))
    assert [line.split("  #")[0].rstrip() for line in first.text.splitlines()] == ["make demo", "make test"]


async def _run_sql(text: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for month in set(re.findall(r"history_(\d{4})_(\d{2})", text)):
            await connection.fetch(f"SELECT warren_ensure_history_partitions(0, '{month[0]}-{month[1]}-15')")
        await connection.execute(text)
    finally:
        await connection.close()
