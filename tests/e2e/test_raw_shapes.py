"""Starts and registrations of every shape that a foreign program may send: each is started or refused, and what others
send beside it is handled as ever. None of them may end, stop or stall a service.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.e2e.foreign import Foreigner, foreigner, nested_tables, raw
from tests.support.processes import Installation
from tests.support.service_workflows import Nothing, Twice

from warren.contracts.ids import new_run_id
from warren.ir.base import to_json

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

GOOD = {"workflow": "e2e.steps", "input": {"n": 1, "steps": 1}}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def foreign(pairs: Installation, work: Any) -> Any:
    """Run `work(program)` in a thread; then a start from somebody else must be answered, and nobody has crashed."""

    def connected() -> Any:
        with foreigner(pairs) as program:
            program.forget_parked()
            result = work(program)
            with foreigner(pairs) as other:
                assert other.start(GOOD)[0]["result"] == 2
            return result

    result = await asyncio.to_thread(connected)
    assert all(service.is_alive for service in pairs.all)
    complaints = [line for service in pairs.named("compiler") for line in service.complaints()]
    assert complaints == []
    return result


# --- properties and headers of a start that is right ------------------------------------------------------------------

HEADERS: dict[str, dict[str, Any]] = {
    "numbers": {"a": 1, "b": -(2**62), "d": True, "e": None, "f": Decimal("1.25")},
    "dates": {
        "a": datetime(2026, 1, 1, tzinfo=UTC),
        "b": datetime(1970, 1, 1, tzinfo=UTC),
        "c": datetime(9999, 12, 31, tzinfo=UTC),
    },
    "binary": {"a": b"\xff\x00\xfe", "traceparent": b"\xff" * 55},
    "lists": {"a": [1, "two", [3, None, {"four": [5]}]], "traceparent": [TRACE]},
    "a table for a trace": {"traceparent": {"version": "00"}, "tracestate": {"x": 1}},
    "a number for a trace": {"traceparent": 17},
    "no trace": {"traceparent": "00-zz-01", "tracestate": "\x00"},
    "a trace of nothing": {"traceparent": f"00-{'0' * 32}-{'0' * 16}-00"},
    "a trace in capitals": {"traceparent": TRACE.upper()},
    "a trace and more": {"traceparent": TRACE * 1_000},
    "odd names": {"": "empty", "ä" * 100: "long", "\x01": "x", "__class__": "y"},
    "ours": {"x-warren-reason": "z", "x-warren-queue": "z", "x-delivery-count": "many", "x-death": [{"count": 10**9}]},
    "counts": {"x-delivery-count": -5, "x-first-death-queue": "q"},
    "huge count": {"x-delivery-count": 2**62},
    "many": {f"name {number}": number for number in range(3_000)},
    "as long as a frame": {"long": "x" * 130_900, "tracestate": "kept"},
    "long": {f"name {number}": "ä" * 1_000 for number in range(50)},
}
PROPERTIES: dict[str, dict[str, Any]] = {
    "transient": {"delivery_mode": 1},
    "no delivery mode": {"delivery_mode": None},
    "urgent": {"priority": 255},
    "expiring": {"expiration": "3600000"},
    "typed": {"content_type": "image/png", "content_encoding": "gzip", "type": "x" * 255, "app_id": "x"},
    "untyped": {"content_type": None},
    "timed": {"timestamp": 2**62, "cluster_id": "c"},
    "named": {"message_id": "m" * 255},
    "everything": {
        "headers": {"traceparent": TRACE},
        "priority": 9,
        "expiration": "60000",
        "message_id": "ä",
        "timestamp": 0,
        "type": "t",
        "app_id": "a",
        "content_encoding": "utf-16",
    },
}


@pytest.mark.parametrize("name", [*HEADERS, *PROPERTIES])
async def test_whatever_comes_along_with_a_start_it_is_started(pairs: Installation, name: str) -> None:
    properties = {"headers": HEADERS[name]} if name in HEADERS else PROPERTIES[name]
    body = {**GOOD, "key": f"shape-{uuid4()}"}
    (answer,) = await foreign(pairs, lambda program: program.start(body, **properties))
    assert (answer["type"], answer["result"]) == ("run_finished", 2)


@pytest.mark.parametrize("name", HEADERS)
async def test_whatever_comes_along_with_a_refused_start_it_is_parked(pairs: Installation, name: str) -> None:
    def work(program: Foreigner) -> tuple[Any, Any, Any]:
        (answer,) = program.start({"workflow": "nobody's"}, headers=HEADERS[name])
        return answer, *program.parked_message()

    answer, headers, body = await foreign(pairs, work)
    assert answer["error"]["code"] == headers["x-warren-reason"] == "unknown_workflow"
    assert json.loads(body) == {"workflow": "nobody's"}
    if isinstance(HEADERS[name].get("tracestate"), str):
        assert headers["tracestate"] == HEADERS[name]["tracestate"], "text is kept"


@pytest.mark.parametrize("name", ["ours", "counts", "huge count"])
async def test_headers_of_an_action_are_no_counts_of_its_deliveries(pairs: Installation, name: str) -> None:
    """A worker looks at how often a message was delivered before; the header of that name may be anybody's."""
    action = {"workflow": "w", "shard": 0, "invocation": 1, "action": "no:action"}

    def work(program: Foreigner) -> str:
        body = {"items": [{**action, "run_id": str(uuid4())}]}
        program.publish(body, exchange="warren.actions", key="default", headers=HEADERS[name])
        return program.parked()[0]

    assert await foreign(pairs, work) == "unknown_run", "the worker reported, and no run has that id"


async def test_tables_in_tables_without_end_are_no_headers(pairs: Installation) -> None:
    def work(program: Foreigner) -> Any:
        properties = raw(table=nested_tables(15_000), correlation_id=b"deep", reply_to=program.replies.encode())
        program.publish(GOOD, properties=properties)
        return program.answers(1, "deep")

    (answer,) = await foreign(pairs, work)
    assert answer["result"] == 2


@pytest.mark.parametrize(
    "table", [b"\x01aZzz", b"\x01ax", b"\xff", b"\x01aT" + b"\xff" * 8, b"\x01aD\xff\xff\xff\xff\xff"]
)
async def test_a_table_that_is_none_is_the_senders_own_trouble(pairs: Installation, table: bytes) -> None:
    """RabbitMQ may close the sender's connection for it; or a compiler gets it, and reads no header."""

    def work(program: Foreigner) -> None:
        try:
            program.publish(GOOD, properties=raw(table=table))
        except Exception:
            return

    def connected() -> None:
        try:
            with foreigner(pairs) as program:
                work(program)
        except Exception:
            pass

    await asyncio.to_thread(connected)
    await foreign(pairs, lambda program: None)


# --- where the answer shall go ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply_to",
    [
        *("", "nobody's", "q" * 255, "ä\0", "amq.rabbitmq.reply-to.none"),
        *("warren.start", "warren.register", "warren.dead", "warren.events.0", "warren.actions.default"),
    ],
)
@pytest.mark.parametrize("body", [GOOD, {"workflow": "nobody's"}], ids=["right", "wrong"])
async def test_an_answer_that_nobody_can_get_hurts_nobody(
    pairs: Installation, reply_to: str, body: dict[str, Any]
) -> None:
    """It may come to one of our own queues, whose owner parks it."""
    await foreign(pairs, lambda program: program.publish(body, reply_to=reply_to, correlation_id="c"))


@pytest.mark.parametrize(
    "correlation_id", [b"\xff\xfe" * 127, b"\x00\x01\x02", b"caf\xe9"], ids=["long", "nul", "latin"]
)
async def test_a_correlation_id_that_cannot_be_kept_is_refused_with_itself(
    pairs: Installation, correlation_id: bytes
) -> None:
    """Its bytes come back as they were, so that the sender knows what the refusal is of."""

    def work(program: Foreigner) -> tuple[Any, Any]:
        program.publish(GOOD, properties=raw(correlation_id=correlation_id, reply_to=program.replies.encode()))
        return program.raw_answer(), program.parked()

    (returned, answer), parked = await foreign(pairs, work)
    assert returned == correlation_id
    assert (answer["type"], answer["error"]["code"]) == ("refused", "invalid_input")
    assert answer["error"]["message"].startswith("correlation_id: the text contains a")
    assert parked[0] == "invalid_input"


async def test_a_message_id_of_any_bytes_names_the_start(pairs: Installation) -> None:
    def work(program: Foreigner) -> list[Any]:
        found = []
        for _ in range(2):
            made = raw(correlation_id=b"c", reply_to=program.replies.encode(), message_id=b"\xff\x00" * 127)
            program.publish(GOOD, properties=made)
            found += program.answers(1, "c")
        return found

    first, second = await foreign(pairs, work)
    assert first["run_id"] == second["run_id"]


# --- bodies -----------------------------------------------------------------------------------------------------------

LONG = "x" * 300
BODIES: list[tuple[str, bytes | dict[str, Any], str, str]] = [
    (
        "no key",
        {**GOOD, "key": ""},
        "bad_message",
        "key: '' is empty; write 1 to 500 characters, or leave the key away",
    ),
    ("long key", {**GOOD, "key": "k" * 501}, "bad_message", "key: 'kkk"),
    ("NUL in a key", {**GOOD, "key": "a\0b"}, "bad_message", "key: 'a\\x00b' has a NUL character"),
    (
        "half a pair",
        b'{"workflow":"e2e.steps","input":{"n":1},"key":"a\\ud800b"}',
        "bad_message",
        "key: 'a\\ud800b' has half",
    ),
    ("a number for a key", {**GOOD, "key": 7}, "bad_message", "key: 7 is of type int and not text"),
    ("no name", {"workflow": ""}, "bad_message", "workflow: '' is empty"),
    ("long name", {"workflow": LONG}, "bad_message", "workflow: 'xxx"),
    ("long name in bytes", {"workflow": "ä" * 101}, "bad_message", "is too long (202 bytes)"),
    ("NUL in a name", {"workflow": "\0"}, "bad_message", "workflow: '\\x00' has a NUL"),
    ("no run id", {**GOOD, "run_id": ""}, "bad_message", "run_id: '' is no UUID; make one"),
    ("a number for a run id", {**GOOD, "run_id": 7}, "bad_message", "run_id: 7 is no UUID"),
    ("NUL in a version", {**GOOD, "version": "\0"}, "bad_message", "version: '\\x00' has a NUL"),
    ("a list for a version", {**GOOD, "version": []}, "bad_message", "version: [] is of type list"),
    ("no such reply", {**GOOD, "reply": "never"}, "bad_message", "reply"),
    ("a list for the input", {**GOOD, "input": [1]}, "bad_message", "input"),
    (
        "deep",
        b'{"workflow":"e2e.steps","input":{"n":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
        "bad_message",
        "recursion",
    ),
    ("deep, as far as is read", {**GOOD, "input": {"n": json.loads("[" * 150 + "]" * 150)}}, "invalid_input", "n"),
    ("a long number", b'{"workflow":"e2e.steps","input":{"n":' + b"9" * 100_000 + b"}}", "bad_message", "number"),
    ("a tag of nothing", {**GOOD, "input": {"n": {"$": "nothing"}}}, "invalid_input", "n"),
    (
        "a tag with a wrong value",
        {**GOOD, "input": {"n": {"$": "int", "v": "0xzz"}}},
        "invalid_input",
        "n: expected int",
    ),
    ("a tag with a wrong type", {**GOOD, "input": {"n": {"$": "enum", "t": []}}}, "invalid_input", "n: "),
    (
        "a range without end",
        {**GOOD, "input": {"n": {"$": "range", "v": [0, 10**15, 1]}}},
        "invalid_input",
        "n: expected int",
    ),
    ("a long word", {**GOOD, "input": {"n": "w" * (8 << 20)}}, "invalid_input", "n: expected int"),
    ("a long name of nothing", {**GOOD, "z" * (4 << 20): 1}, "bad_message", "Extra inputs"),
    ("a newer version", {**GOOD, "v": 2}, "unsupported_version", "upgrade"),
    ("a version of nothing", {**GOOD, "v": []}, "bad_message", "v"),
    ("UTF-16", json.dumps(GOOD).encode("utf-16"), "bad_message", "JSON"),
    ("a mark of byte order", b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "bad_message", "JSON"),
    ("nothing", b"", "bad_message", "JSON"),
    ("null", b"null", "bad_message", "StartRun"),
    ("NaN", b"NaN", "bad_message", "StartRun"),
    (
        "no such shard",
        {"workflow": "nobody's", "parent": {"run_id": str(uuid4()), "shard": 10**6, "invocation": 1}},
        "invalid_input",
        "parent.shard: there is no shard 1000000",
    ),
    (
        "no shard",
        {**GOOD, "parent": {"run_id": str(uuid4()), "shard": -1, "invocation": 1}},
        "invalid_input",
        "parent.shard: there is no shard -1",
    ),
]


@pytest.mark.parametrize(("name", "body", "code", "text"), BODIES, ids=[each[0] for each in BODIES])
async def test_a_body_of_any_shape_is_refused_by_name_and_alone(
    pairs: Installation, name: str, body: bytes | dict[str, Any], code: str, text: str
) -> None:
    def work(program: Foreigner) -> tuple[Any, Any]:
        (answer,) = program.start(body)
        return answer, program.parked()

    answer, (reason, detail, parked) = await foreign(pairs, work)
    assert answer["type"] == "refused"
    assert answer["error"]["code"] == reason
    assert reason == code
    assert text in answer["error"]["message"]
    assert len(answer["error"]["message"]) < 5_000
    assert detail == answer["error"]["message"]
    assert parked == (body if isinstance(body, bytes) else json.dumps(body).encode())


# --- run ids ----------------------------------------------------------------------------------------------------------


async def test_the_run_id_of_another_workflow_is_refused_and_its_run_is_left_alone(pairs: Installation) -> None:
    run_id = str(new_run_id())

    def work(program: Foreigner) -> list[Any]:
        first = program.start({**GOOD, "run_id": run_id})
        second = program.start({"workflow": "e2e.fan", "input": {"n": 1, "width": 1}, "run_id": run_id})
        again = program.start({**GOOD, "run_id": run_id, "input": {"n": 5, "steps": 5}, "key": str(uuid4())})
        program.parked()
        return [*first, *second, *again]

    first, second, again = await foreign(pairs, work)
    assert (first["workflow"], first["result"]) == ("e2e.steps", 2)
    assert (second["type"], second["error"]["code"], second["run_id"]) == ("refused", "run_id_taken", run_id)
    for part in (run_id, "'e2e.steps'", "'e2e.fan'"):
        assert part in second["error"]["message"]
    assert again == first


# --- registrations ----------------------------------------------------------------------------------------------------


def source(workflow: Any, /, **changed: Any) -> dict[str, Any]:
    """One workflow as it is registered."""
    ir = workflow.__warren_ir__
    return {"workflow": ir.name, "ir": to_json(ir), **changed}


ILL: list[tuple[str, Any, str]] = [
    ("no name", source(Nothing, workflow=""), "workflow: '' is empty"),
    ("long name", source(Nothing, workflow="x" * 201), "is too long"),
    ("NUL in its name", source(Nothing, workflow="\0"), "NUL"),
    ("another name", source(Nothing, workflow="other"), "other"),
    ("no IR", {"workflow": "x"}, "ir"),
    ("a list for the IR", source(Nothing, ir=[]), "ir"),
    ("an empty IR", source(Nothing, ir={}), "not a WorkflowIR"),
    ("an unknown node", source(Nothing, ir={"k": "Nonsense"}), "unknown IR node"),
    ("a node of another kind", source(Nothing, ir={"k": "Const", "encoded": 1}), "not a WorkflowIR"),
    ("a list for a kind", source(Nothing, ir={"k": []}), "unknown IR node"),
    ("no object", 7, "workflows"),
    ("null", None, "workflows"),
    ("more than there is", source(Nothing, colour="red"), "colour"),
    ("large", source(Nothing, ir={"k": "Const", "encoded": "x" * (9 << 20)}), "9.0 MiB as JSON, and 4 MiB is the most"),
]


@pytest.mark.parametrize(("name", "bad", "text"), ILL, ids=[each[0] for each in ILL])
async def test_one_bad_workflow_of_a_registration_is_refused_alone(
    pairs: Installation, name: str, bad: Any, text: str
) -> None:
    def work(program: Foreigner) -> tuple[Any, Any]:
        answers = []
        for workflows in ([source(Twice), bad], [bad]):
            properties = {"reply_to": program.replies, "correlation_id": "c"}
            program.publish({"workflows": workflows}, key="register", **properties)
            answers += program.answers(1)
        return answers, [program.parked(), program.parked()]

    (both, alone), parked = await foreign(pairs, work)
    assert (both["type"], both["error"]["code"]) == ("refused", "registration_refused")
    assert list(both["versions"]) == ["twice"]
    assert len(both["refused"]) == 1
    assert text in next(iter(both["refused"].values()))["message"]
    assert text in both["error"]["message"]
    assert text in alone["error"]["message"]
    assert (alone["type"], alone["versions"]) == ("refused", {})
    assert {reason for reason, _, _ in parked} == {"registration_refused", alone["error"]["code"]}
    assert await pairs.store.latest_program("twice") is not None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "bad_message"),
        (b'{"workflows": 7}', "bad_message"),
        (b'{"workflows": [' + b"[" * 50_000 + b"]" * 50_000 + b"]}", "bad_message"),
        (b'{"workflows": [' + b",".join([b"{}"] * 100_000) + b"]}", "bad_message"),
        (b'{"workflows": [' + b",".join([b"{}"] * 900) + b"]}", "bad_message"),
        (b'{"workflows": [], "v": 3}', "unsupported_version"),
        (b'{"workflows": [], "more": 3}', "bad_message"),
    ],
    ids=["broken", "a number", "deep", "very many", "many", "newer", "more"],
)
async def test_a_registration_of_which_nothing_can_be_used_is_refused_as_a_whole(
    pairs: Installation, body: bytes, code: str
) -> None:
    def work(program: Foreigner) -> tuple[Any, Any]:
        program.publish(body, key="register", reply_to=program.replies, correlation_id="c")
        return program.answers(1), program.parked()

    (answer,), (reason, _, parked) = await foreign(pairs, work)
    assert (answer["type"], answer["error"]["code"], reason) == ("refused", code, code)
    assert parked == body
