"""What has changed since a workflow was compiled is refused before its program is used, not left out."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.support.modules import both, write_and_import

from warren import UnsupportedPatternError
from warren.errors import RefusalCode
from warren.sdk.sources import workflow_source
from warren.testing import run_workflow

PAYING = """
@action
async def pay(amount: int):
    return amount


def helper(amount):
    return amount


LIMIT = 1


@workflow
class Paying(Workflow):
    name = NAME
    FACTOR = 2

    def method(self):
        return 5

    async def run(self, amount: int):
        return [await pay(amount), helper(amount), LIMIT, self.FACTOR, self.method()]
"""


@pytest.fixture
def paying(tmp_path: Path) -> ModuleType:
    return write_and_import(tmp_path, PAYING)


async def test_what_has_not_changed_is_registered_and_run(paying: ModuleType) -> None:
    assert workflow_source(paying.Paying).workflow == paying.__name__
    assert await both(paying.Paying, 3) == ["[3, 3, 1, 2, 5]"] * 2


@pytest.mark.parametrize(
    ("name", "value"), [("helper", lambda amount: -amount), ("LIMIT", 9)], ids=["helper", "constant"]
)
async def test_a_name_that_has_changed_is_refused(paying: ModuleType, name: str, value: Any) -> None:
    vars(paying)[name] = value
    with pytest.raises(UnsupportedPatternError, match=f"{name} is something else now") as caught:
        workflow_source(paying.Paying)
    (found,) = caught.value.diagnostics
    assert (found.code, found.filename) == (RefusalCode.REBOUND, paying.__file__)
    assert found.line
    with pytest.raises(UnsupportedPatternError, match=f"{name} is something else now"):
        await run_workflow(paying.Paying, 3)


async def test_an_equal_constant_is_no_change(paying: ModuleType) -> None:
    vars(paying)["LIMIT"] = int("1")
    assert workflow_source(paying.Paying)


MAIN = """

if __name__ == "__main__":
    LIMIT = 7
else:
    OTHER = 1
"""


async def test_what_only_a_script_binds_again_changes_nothing_for_who_imports_it(tmp_path: Path) -> None:
    module = write_and_import(tmp_path, PAYING + MAIN)
    assert await both(module.Paying, 3) == ["[3, 3, 1, 2, 5]"] * 2


@pytest.mark.parametrize("name", ["FACTOR", "method"])
def test_a_class_that_a_decorator_has_changed_is_refused(paying: ModuleType, name: str) -> None:
    setattr(paying.Paying, name, lambda self: 7)
    with pytest.raises(UnsupportedPatternError, match=rf"Paying\.{name} is something else now"):
        workflow_source(paying.Paying)


async def test_a_run_that_was_replaced_is_refused_wherever_the_class_is_used(paying: ModuleType) -> None:
    paying.Paying.run = paying.logged(paying.Paying.run)
    with pytest.raises(UnsupportedPatternError, match=r"Paying\.run was replaced"):
        workflow_source(paying.Paying)
    with pytest.raises(UnsupportedPatternError, match=r"Paying\.run was replaced"):
        await run_workflow(paying.Paying, 3)
    with pytest.raises(UnsupportedPatternError, match=r"Paying\.run was replaced"):
        await paying.Paying().start(3)


def test_a_class_that_a_decorator_has_made_is_not_compiled(paying: ModuleType) -> None:
    made = type("Paying", (paying.Paying,), {})
    with pytest.raises(TypeError, match="stands below @workflow"):
        workflow_source(made)


async def test_a_test_may_replace_an_action_a_worker_may_not(paying: ModuleType) -> None:
    vars(paying)["pay"] = paying.logged(paying.pay)
    assert await both(paying.Paying, 3) == ["[['logged', 3], 3, 1, 2, 5]"] * 2
    with pytest.raises(UnsupportedPatternError, match="pay is something else now"):
        workflow_source(paying.Paying)


async def test_a_test_may_replace_an_action_where_a_helper_module_reads_it(tmp_path: Path) -> None:
    helpers = write_and_import(
        tmp_path,
        "@action\nasync def pay(amount: int):\n    return amount\n\n\nalias = pay\n\n\n"
        "async def helper(amount):\n    return await alias(amount)\n",
    )
    module = write_and_import(
        tmp_path,
        f"import {helpers.__name__} as helpers\n\n\n@workflow\nclass Paying(Workflow):\n    name = NAME\n\n"
        "    async def run(self, amount: int):\n        return await helpers.helper(amount)\n",
    )
    vars(helpers)["alias"] = helpers.logged(helpers.pay)
    assert await both(module.Paying, 3) == ["['logged', 3]"] * 2


async def test_an_action_whose_key_the_same_code_takes_later_is_refused(tmp_path: Path) -> None:
    module = write_and_import(
        tmp_path,
        "def make(factor):\n    @action\n    async def times(amount: int):\n        return amount * factor\n"
        "    return times\n\n\nonce = make(1)\n\n\n@workflow\nclass Paying(Workflow):\n    name = NAME\n\n"
        "    async def run(self, amount: int):\n        return await once(amount)\n\n\ntwice = make(2)\n",
    )
    with pytest.raises(UnsupportedPatternError, match="once is one of several actions"):
        workflow_source(module.Paying)
    with pytest.raises(UnsupportedPatternError, match="once is one of several actions"):
        await run_workflow(module.Paying, 3)


BANK = """
from warren import action

from . import orders


@action
async def pay(amount: int):
    return [amount, orders.CURRENCY]
"""
ORDERS = """
from warren import Workflow, workflow

CURRENCY = "EUR"
from . import bank
from .bank import pay as charge


@workflow
class Ordering(Workflow):
    name = "circular_shop"

    async def run(self, amount: int):
        return [await charge(amount), await bank.pay(amount)]
"""


async def test_packages_with_relative_and_circular_imports(tmp_path: Path) -> None:
    package = tmp_path / "circular_shop"
    package.mkdir()
    (package / "__init__.py").write_text("from .orders import Ordering\n")
    (package / "bank.py").write_text(BANK)
    (package / "orders.py").write_text(ORDERS)
    module = write_and_import(tmp_path, "from circular_shop import Ordering\n")
    assert await both(module.Ordering, 3) == ["[[3, 'EUR'], [3, 'EUR']]"] * 2
    assert workflow_source(module.Ordering)
