"""Plain JSON for types with validators: a worker checks it before anything else happens in the run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field, SecretBytes, SecretStr, field_validator

from warren import Workflow, action, workflow
from warren.contracts.names import CHECK_INPUT_ACTION
from warren.contracts.plain import mask_secrets, to_plain
from warren.errors import InvalidInput, UnsupportedPatternError
from warren.testing import EngineDriver, run_workflow
from warren.testing.driver import executable_of

if TYPE_CHECKING:
    from tests.catalogue.elsewhere import Far

CHECKED: list[str] = []


class Customer(BaseModel):
    name: str
    age: int = 0

    @field_validator("name")
    @classmethod
    def known(cls, value: str) -> str:
        CHECKED.append(value)
        if value == "nobody":
            raise ValueError("nobody is nobody")
        return value.title()


@dataclass
class Area:
    width: int
    height: int

    def __post_init__(self) -> None:
        self.size = self.width * self.height


@action
async def describe(customer: Customer) -> str:
    return f"{type(customer).__name__} {customer.name}"


@workflow
class Greets(Workflow):
    async def run(
        self, customer: Customer, area: Area | None = None, even: Annotated[int, AfterValidator(abs)] = 0
    ) -> Any:
        return [await describe(customer), area and area.size, even]


async def test_the_validators_run_on_a_worker_before_the_run_goes_on() -> None:
    CHECKED.clear()
    found = await run_workflow(Greets, customer={"name": "ann"}, area={"width": 2, "height": 3}, even=-4)
    assert found == ["Customer Ann", 6, 4]
    assert CHECKED == ["ann"]


async def test_what_does_not_fit_fails_the_run_with_every_problem() -> None:
    with pytest.raises(InvalidInput, match=r"customer.name: Value error, nobody is nobody.*; customer.age: "):
        await run_workflow(Greets, customer={"name": "nobody", "age": "x"})


async def test_what_a_client_has_made_already_is_not_checked_again() -> None:
    customer = Customer(name="bob")
    CHECKED.clear()
    driver = EngineDriver.of(Greets, customer=customer, area=Area(1, 2))
    assert [command.action for command in driver.actions.values()] == [f"{__name__}:describe"]
    unchecked = EngineDriver.of(Greets, customer={"name": "ann"})
    assert [command.action for command in unchecked.actions.values()] == [CHECK_INPUT_ACTION]
    assert CHECKED == []


async def test_classes_of_a_function_are_found_where_the_workflow_is_defined() -> None:
    class Inner(BaseModel):
        n: int

        @field_validator("n")
        @classmethod
        def positive(cls, value: int) -> int:
            return abs(value)

    @workflow
    class Local(Workflow):
        name = "input_checks.local"

        async def run(self, inner: Inner) -> int:
            return inner.n

    assert await run_workflow(Local, inner={"n": -3}) == 3


async def test_two_classes_of_one_name_have_their_own_types() -> None:
    """A function that defines a workflow may be called again, and a module be imported again."""

    def define(least: int) -> Any:
        checked = Annotated[int, AfterValidator(lambda value: value + least)]

        @workflow
        class Again(Workflow):
            name = "input_checks.again"

            async def run(self, n: checked) -> int:  # type: ignore[valid-type]  # made at run time
                return n

        return Again

    assert await run_workflow(define(1), n=0) == 1
    assert await run_workflow(define(2), n=0) == 2


async def test_a_class_that_only_type_checkers_import_is_imported() -> None:
    @workflow
    class Distant(Workflow):
        name = "input_checks.distant"

        async def run(self, far: Far) -> str:
            return far.name

    assert await run_workflow(Distant, far={"name": "x"}) == "x"


def test_an_annotation_that_cannot_be_resolved_is_refused_with_its_name() -> None:
    with pytest.raises(UnsupportedPatternError, match="the annotation of far cannot be resolved: 'Nowhere'"):

        @workflow
        class Lost(Workflow):
            async def run(self, far: Nowhere) -> str:  # type: ignore[name-defined]  # noqa: F821 - the point
                return "x"


class Token(SecretStr):
    """A secret of the user's own."""


class Login(BaseModel):
    user: str
    password: Annotated[SecretStr, Field(min_length=8)]

    @field_validator("user")
    @classmethod
    def lower(cls, value: str) -> str:
        return value.lower()


@workflow
class LogsIn(Workflow):
    name = "input_checks.logs_in"

    async def run(
        self,
        login: Login | None = None,
        token: Token | None = None,
        code: Annotated[SecretBytes, AfterValidator(lambda value: value)] | None = None,
        plain: Annotated[SecretStr, Field(min_length=8)] | None = None,
        open: Annotated[str, AfterValidator(str.upper)] = "",  # noqa: A002 - any name will do
    ) -> bool:
        return login is not None


_WORD = "pass1"


@pytest.mark.parametrize(
    "arguments", [{"login": {"user": "ann", "password": _WORD + "long"}}, {"token": _WORD}, {"code": _WORD}]
)
def test_what_a_worker_has_to_check_is_masked_where_its_type_has_a_secret(arguments: dict[str, Any]) -> None:
    driver = EngineDriver.of(LogsIn, **arguments)
    (command,) = driver.actions.values()
    bound = driver.executable.bind_input(arguments)
    for shown in (to_plain(bound), mask_secrets(bound), to_plain(command.args), mask_secrets(command.args)):
        assert _WORD not in json.dumps(shown)
    assert _WORD in json.dumps(bound)
    assert _WORD in json.dumps(command.args)


def test_what_has_no_secret_is_shown_before_it_is_checked() -> None:
    assert to_plain(executable_of(LogsIn).bind_input({"open": "text"})) == {"open": "text"}


async def test_an_error_about_a_type_with_a_secret_shows_no_value() -> None:
    with pytest.raises(InvalidInput) as refused:
        await run_workflow(LogsIn, login={"user": "ann", "password": _WORD})
    assert "login.password: " in str(refused.value)
    assert _WORD not in str(refused.value)
    with pytest.raises(InvalidInput, match="plain") as refused:
        executable_of(LogsIn).bind_input({"plain": _WORD})
    assert _WORD not in str(refused.value)


def test_a_snapshot_keeps_what_is_secret() -> None:
    driver = EngineDriver.of(LogsIn, token=_WORD, open="text")
    before = driver.snapshot()
    driver.restore(before)
    assert driver.snapshot() == before
    assert [command.args[2].get("s") for command in driver.actions.values()] == [True]
