"""README and docs/ say what is: their code runs, their tables match the code, their links lead somewhere."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import jsonschema
import pytest
from docs import refusals, schemas
from tests.e2e.command_line import ROOT
from tests.e2e.pages import Runner, blocks
from tests.support.servers.postgres import new_database

from warren_worker.settings import WorkerSettings

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
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
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `(WARREN_\w+)` \| `?([^|`]*)`? \|", text, re.MULTILINE))
    expected = {
        f"WARREN_{name.upper()}": "" if field.default is None else str(field.default)
        for name, field in WorkerSettings.model_fields.items()
    }
    assert {name: value.strip() for name, value in table.items()} == expected


def test_the_asyncapi_document_is_current() -> None:
    assert schemas.TARGET.read_text(encoding="utf-8") == schemas.render(), "run `make schemas`"


def test_the_page_of_refusals_is_current() -> None:
    assert refusals.TARGET.read_text(encoding="utf-8") == refusals.render(), "run `make schemas`"


def test_the_start_in_the_docs_fits_the_published_schema() -> None:
    document = json.loads(schemas.TARGET.read_text(encoding="utf-8"))
    schema = {"$ref": "#/components/schemas/StartRun", "components": document["components"]}
    starts = [json.loads(block.text) for block in blocks(ROOT / "docs" / "messages.md") if block.kind == "json"]
    for start in starts:
        jsonschema.validate(start, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**starts[0], "unknown": 1}, schema)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken


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
