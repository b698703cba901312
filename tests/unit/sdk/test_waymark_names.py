# mypy: disable-error-code="call-arg"
# it calls wrongly, or as only the decorated class can be called: mypy need not say so
"""A program written for waymark finds every name it imports, with the parameters it passes."""

from __future__ import annotations

import asyncio
import inspect
from datetime import timedelta
from typing import Any

import pytest
from tests.support.oracle import observe_engine
from tests.workflows import waymark_program

import warren
from warren import ActionRegistry, RetryPolicy, Workflow, WorkflowFailedError, WorkflowRegistry, action, workflow

NAMES = [
    "action",
    "registry",
    "ActionResultPayload",
    "Workflow",
    "workflow",
    "workflow_registry",
    "RetryPolicy",
    "build_workflow_ir",
    "serialize_result_payload",
    "deserialize_result_payload",
    "serialize_error_payload",
    "Depend",
    "Depends",
    "provide_dependencies",
    "ExhaustedRetries",
    "ExhaustedRetriesError",
    "ScheduleAlreadyExistsError",
    "UnsupportedPatternError",
    "schedule_workflow",
    "pause_schedule",
    "resume_schedule",
    "delete_schedule",
    "list_schedules",
    "ScheduleInfo",
]

REQUIRED = inspect.Parameter.empty
SIGNATURES: list[tuple[Any, dict[str, Any]]] = [
    (warren.action, {"func": None, "name": None}),
    (warren.workflow, {"cls": REQUIRED}),
    (warren.Workflow.run_action, {"self": REQUIRED, "awaitable": REQUIRED, "retry": None, "timeout": None}),
    (warren.Workflow.short_name, {}),
    (warren.Workflow.workflow_ir, {}),
    (warren.RetryPolicy, {"attempts": None, "exception_types": None, "backoff_seconds": None}),
    (warren.Depend, {"dependency": None, "use_cache": True}),
    (warren.Depends, {"dependency": None, "use_cache": True}),
    (warren.provide_dependencies, {"func": REQUIRED, "kwargs": None}),
    (
        warren.UnsupportedPatternError,
        {"message": REQUIRED, "recommendation": "", "line": None, "col": None, "filename": None},
    ),
    (ActionRegistry.register, {"self": REQUIRED, "module": REQUIRED, "name": REQUIRED, "func": REQUIRED}),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_there(name: str) -> None:
    assert name in warren.__all__
    assert getattr(warren, name) is not None


@pytest.mark.parametrize(("function", "parameters"), SIGNATURES, ids=lambda value: getattr(value, "__qualname__", ""))
def test_the_parameters_are_there_with_their_defaults_and_all_others_are_optional(
    function: Any, parameters: dict[str, Any]
) -> None:
    found = dict(inspect.signature(function).parameters)
    assert list(found)[: len(parameters)] == list(parameters)
    for name, default in parameters.items():
        assert found.pop(name).default == default, name
    assert all(more.default is not REQUIRED for more in found.values())


def test_the_aliases_are_one_thing() -> None:
    assert warren.ExhaustedRetries is warren.ExhaustedRetriesError
    assert type(warren.Depend()) is type(warren.Depends())


def test_the_registries_have_their_methods() -> None:
    for method in ("register", "get", "names", "entries", "reset"):
        assert callable(getattr(ActionRegistry, method))
        assert callable(getattr(WorkflowRegistry, method))
    assert f"{waymark_program.__name__}:send_mail" in warren.registry.names()
    assert warren.workflow_registry.get("welcome_workflow") is waymark_program.WelcomeWorkflow


def test_an_unsupported_pattern_says_the_same_things() -> None:
    error = warren.UnsupportedPatternError("no", "do this", 3, 4, "file.py")
    assert (error.message, error.recommendation, error.line, error.col, error.filename) == (
        *("no", "do this", 3, 4),
        "file.py",
    )


def test_a_payload_is_a_result_or_an_error() -> None:
    result = warren.deserialize_result_payload(warren.serialize_result_payload({"x": (1, 2)}))
    assert (result.result, result.error) == ({"x": (1, 2)}, None)
    failure = warren.deserialize_result_payload(warren.serialize_error_payload("m:f", ValueError("no")))
    assert failure.result is None
    assert failure.error is not None
    assert (failure.error["type"], failure.error["message"]) == ("ValueError", "no")


async def test_a_run_is_started_and_awaited_by_calling_run() -> None:
    summary = await waymark_program.WelcomeWorkflow().run(2, subject="Hello")
    assert summary == waymark_program.Summary(3, 2, "2 sent, report 3: user-0, idle")
    run_id = await waymark_program.WelcomeWorkflow().run(count=0, _blocking=False, _priority=3)
    assert isinstance(run_id, str)


async def test_its_actions_can_be_called_as_functions_with_their_dependencies() -> None:
    assert await waymark_program.send_email("a@b", "s") == "noreply to a@b: s"
    async with warren.provide_dependencies(
        vars(waymark_program.send_email)["__wrapped__"], {"to": "x", "subject": "s"}
    ) as bound:
        assert bound["via"].sender == "noreply"


@action
async def never_ends() -> None:
    await asyncio.sleep(30)


@workflow
class TimesOut(Workflow):
    """A catch-all policy does not cover a timeout, as in waymark."""

    async def run(self) -> None:
        await self.run_action(never_ends(), retry=RetryPolicy(attempts=3), timeout=timedelta(milliseconds=20))


@workflow
class Careless(Workflow):
    async def run(self, total: int) -> str:
        return await waymark_program.flaky_report(total)


async def test_a_timeout_is_retried_only_when_it_is_named() -> None:
    observed, driver = await observe_engine(TimesOut, {})
    assert observed.error["t"].endswith(":ActionTimeout")
    assert len(observed.calls) == 1
    assert driver.is_finished


async def test_a_failed_run_raises_one_class_of_exception() -> None:
    with pytest.raises(WorkflowFailedError, match="report service") as caught:
        await Careless().run(9)
    assert isinstance(caught.value.__cause__, ConnectionError)
