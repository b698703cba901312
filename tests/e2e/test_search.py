"""Attributes, memos and searches on real servers: from the client, the command line, and any language's message."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e.foreign import foreigner
from tests.e2e.search_workload import Parcel
from tests.e2e.warren_command import warren
from tests.support.processes import Installation

from warren.contracts.ids import new_run_id
from warren.errors import InvalidInput

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_from_the_client(pairs: Installation) -> None:
    client, customer, due = pairs.client, f"c-{uuid4()}", datetime(2026, 12, 24, 18, tzinfo=UTC)
    handles = [
        await client.start(
            Parcel,
            customer,
            weight,
            key=str(uuid4()),  # each run exists before the next one is started: two compilers keep no order
            attributes={"due": due, "weight": 0},
            memo={"note": {"no": weight}},
        )
        for weight in (1, 5, 9)
    ]
    for handle in handles:
        await handle.result(30)
    described = await handles[0].describe()
    assert described.attributes == {
        "customer": customer,
        "weight": 3,
        "stops": ["depot", "hub"],
        "delivered": True,
        "due": due,
    }
    assert described.memo == {"note": {"no": 1}}
    ids = [handle.id for handle in handles]

    async def found(where: str, **options: object) -> list[object]:
        runs = await client.list_runs(where=f'customer = "{customer}" and ({where})', **options)  # type: ignore[arg-type]  # of the test's own
        return [run.run_id for run in runs]

    assert await found('weight > 3 and status = "completed"') == [ids[2], ids[1]]
    assert await found('stops = "hub" and due < "2026-12-25" and not weight in (3, 11)') == [ids[1]]
    assert await found("draft = true or delivered != true") == []
    first = await found("weight > 0", limit=2)
    assert first == [ids[2], ids[1]]
    assert await found("weight > 0", before=ids[1]) == [ids[0]]
    assert {run.run_id for run in await client.runs(where=f'customer = "{customer}"', workflow=Parcel)} == set(ids)
    with pytest.raises(InvalidInput, match="where, column 9: expected a value"):
        await client.list_runs(where="weight >")


async def test_with_the_workflows_own_start(pairs: Installation) -> None:
    with pytest.raises(InvalidInput, match="attributes: attribute 'note': a text has at most 500 characters"):
        await pairs.client.start(Parcel, "x", 1, attributes={"note": "x" * 501})
    with pytest.raises(InvalidInput, match=r"memo\.when"):
        await pairs.client.start(Parcel, "x", 1, memo={"when": datetime.now(UTC)})
    key = f"k-{uuid4()}"
    first = await pairs.client.start(Parcel, "x", 1, key=key, attributes={"round": 1})
    await first.result(30)
    second = await pairs.client.start(Parcel, "x", 1, key=key, attributes={"round": 2})
    assert second.id == first.id
    assert (await second.describe()).attributes["round"] == 1, "a start that starts nothing changes nothing"


async def test_from_the_command_line(pairs: Installation, tmp_path: Path) -> None:
    async def call(*arguments: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, *arguments, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    batch = f"b-{uuid4()}"
    options = ["--attribute", f"batch={batch}", "--attribute", "due=2026-12-24T18:00:00Z", "--memo", "note=for Ann"]
    code, out, _ = await call("start", "e2e.parcel", "-i", "customer=x", "-i", "weight=1", *options, "--wait")
    assert (code, out) == (0, "3\n")
    where = f'batch = "{batch}" and weight >= 3 and status = "completed"'
    code, out, _ = await call("runs", "--where", where, "--json")
    (run,) = json.loads(out)
    assert code == 0
    assert run["attributes"]["due"] == "2026-12-24T18:00:00+00:00"
    assert run["memo"] == {"note": "for Ann"}
    code, out, _ = await call("runs", "--where", where)
    assert run["run_id"] in out
    assert (await call("runs", "--where", f'batch = "{batch}" and weight > 3'))[1] == "no runs\n"
    code, out, _ = await call("show", run["run_id"])
    assert '"customer": "x"' in out
    assert '"note": "for Ann"' in out
    code, out, _ = await call("history", run["run_id"])
    assert "set attributes" in out
    code, _, err = await call("runs", "--where", "batch = x")
    assert code == 2
    assert "where, column 9: expected a value" in err
    code, _, err = await call("start", "e2e.parcel", "-i", "customer=x", "-i", "weight=1", "--attribute", "status=x")
    assert code == 2
    assert "cannot be called 'status'" in err


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation) -> None:
    run_id = str(new_run_id())
    due = {"$": "datetime", "v": "2026-12-24T18:00:00+00:00"}

    def send() -> list[dict[str, object]]:
        with foreigner(pairs) as program:
            start = {"workflow": "e2e.parcel", "input": {"customer": "y", "weight": 1}, "run_id": run_id}
            answers = []
            for attributes in ({"due": {"no": 1}}, {"due": due, "urgent": True, "by": ["a", "b"]}):
                body = {**start, "attributes": attributes, "memo": {"from": "abroad"}}
                program.publish(body, key="start", reply_to=program.replies, correlation_id="c")
                answers += program.answers(1, "c")
            return answers

    refused, finished = await asyncio.to_thread(send)
    assert refused["type"] == "refused"
    assert "attribute 'due': a value is a str" in refused["error"]["message"]  # type: ignore[index]  # of JSON
    assert (finished["type"], finished["result"]) == ("run_finished", 3)
    described = await pairs.client.describe(run_id)
    assert described.attributes["by"] == ["a", "b"]
    assert described.attributes["due"] == datetime(2026, 12, 24, 18, tzinfo=UTC)
    assert described.memo == {"from": "abroad"}
