"""A class that is imported lazily is known to a process that starts again; nothing else is imported for a message."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = {
    "__init__.py": "",
    "models.py": "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    id: int\n",
    "sub/__init__.py": "",
    "sub/items.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass Item:\n    sku: str\n",
    "hints.py": "import enum\n\n\nclass Level(enum.Enum):\n    LOW = 1\n",
    "public.py": "from shop_lazily._hidden import Hidden\n",
    "_hidden.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass Hidden:\n    a: int\n",
    "unnamed.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass Unnamed:\n    a: int\n",
    "broken.py": "raise RuntimeError('not today')\n",
    "tasks.py": """
from __future__ import annotations

from typing import TYPE_CHECKING

from warren import Workflow, action, workflow

if TYPE_CHECKING:
    from .hints import Level


@action
async def order() -> object:
    from shop_lazily.models import Order

    return Order(id=7)


@action
async def item() -> object:
    from .sub import items

    return items.Item("tea")


@action
async def hidden() -> object:
    import shop_lazily.public as public

    return public.Hidden(1)


@action
async def broken(level: Level) -> object:
    import shop_lazily.broken


@workflow
class Lazy(Workflow):
    async def run(self) -> None:
        await order()
""",
}
MAKE = """
import asyncio, json, uuid
from warren.sdk.context import ActionContext
from warren.sdk.invoke import invoke_definition
from warren.sdk.registry import registry
from shop_lazily import tasks
made = {}
for name in ("order", "item", "hidden"):
    definition = registry.definition(f"shop_lazily.tasks:{name}")
    context = ActionContext(uuid.UUID(int=1), "lazy", 1, 1, definition.key)
    made[name] = asyncio.run(invoke_definition(definition, [], {}, context))
print(json.dumps(made))
"""
READ = """
import json, sys
from shop_lazily import tasks
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode
from warren.errors import InvalidInput
found = {"": sorted(name for name in sys.modules if name.startswith("shop_lazily"))}
for name, data in json.loads(sys.argv[1]).items():
    try:
        found[name] = repr(decode(data, ImportedTypes()))
    except InvalidInput as error:
        found[name] = f"refused: {error}"
print(json.dumps(found))
"""
OTHERS = {
    "hint": {"$": "enum", "t": "shop_lazily.hints:Level", "n": "LOW", "v": 1},
    "unnamed": {"$": "dataclass", "t": "shop_lazily.unnamed:Unnamed", "v": {"a": 1}},
    "broken": {"$": "dataclass", "t": "shop_lazily.broken:Broken", "v": {}},
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a second process makes of the values that the actions of the first one give, and of `OTHERS`."""
    folder = tmp_path_factory.mktemp("lazy")
    for name, text in PACKAGE.items():
        path = folder / "shop_lazily" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    made = _printed(folder, MAKE)
    return _printed(folder, READ, json.dumps(made | OTHERS))


def _printed(folder: Path, code: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_nothing_is_imported_before_it_is_needed(answers: dict[str, Any]) -> None:
    assert answers[""] == ["shop_lazily", "shop_lazily.tasks"]


def test_a_value_of_an_action_is_read_by_another_process(answers: dict[str, Any]) -> None:
    assert answers["order"] == "Order(id=7)"
    assert answers["item"] == "Item(sku='tea')"
    assert answers["hidden"] == "Hidden(a=1)"


def test_a_class_that_only_annotations_name_is_known(answers: dict[str, Any]) -> None:
    assert answers["hint"] == "<Level.LOW: 1>"


def test_a_module_that_nobody_imports_is_refused(answers: dict[str, Any]) -> None:
    expected = "refused: type shop_lazily.unnamed:Unnamed: module 'shop_lazily.unnamed' is not imported"
    assert answers["unnamed"].startswith(expected)
    assert "warren worker ... shop_lazily.unnamed" in answers["unnamed"]


def test_an_import_that_fails_says_so(answers: dict[str, Any]) -> None:
    assert "importing module 'shop_lazily.broken' fails: RuntimeError('not today')" in answers["broken"]
