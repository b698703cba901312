"""Programs arrive in messages: whatever is in one is refused or harmless, and nothing of it runs when it is read."""

from __future__ import annotations

import copy
import importlib
import json
import random
from typing import Any

import pytest

from warren.engine import Executable
from warren.errors import MessageError
from warren.ir.base import from_json, to_json
from warren.ir.program import Program
from warren.ir.workflow import WorkflowIR
from warren.lowering import lower

Json = Any
FIXTURES = ["order_fulfilment", "nested_functions", "match_structures", "models", "task_group", "try_finally", "enums"]


def ir_of(name: str) -> WorkflowIR:
    module = importlib.import_module(f"tests.workflows.{name}")
    workflow = next(
        cls for cls in reversed(list(vars(module).values())) if "__warren_ir__" in getattr(cls, "__dict__", {})
    )
    return workflow.workflow_ir()  # type: ignore[no-any-return]  # what it is


def program_of(name: str) -> Json:
    return json.loads(json.dumps(to_json(lower(ir_of(name)))))


def load(data: Json) -> Executable:
    program = from_json(data)
    if not isinstance(program, Program):
        raise MessageError("no program")
    return Executable(program)


def sync(*body: Json, variables: tuple[str, ...] = ("x",), params: tuple[str, ...] = ("x",), **more: Json) -> Json:
    """A program that has, besides its `run()`, a function with this body."""
    program = program_of("sequential")
    program["functions"]["m:f"] = {
        "k": "SyncFunction",
        "name": "f",
        "qualname": "f",
        "params": [{"k": "Param", "name": name} for name in params],
        "body": list(body),
        "locals": list(variables),
    } | more
    return program


def returning(expression: Json, **more: Json) -> Json:
    return sync({"k": "Return", "value": expression}, **more)


def local(name: str) -> Json:
    return {"k": "Local", "name": name}


def const(value: Json) -> Json:
    return {"k": "Const", "encoded": value}


def attribute(value: Json, name: str) -> Json:
    return {"k": "Attribute", "value": value, "name": name}


HOSTILE = {
    "a global of the engine": returning(local("@budget")),
    "a global of the engine that is declared": returning(local("@budget"), variables=("x", "@budget")),
    "builtins": returning(local("__builtins__"), variables=("x", "__builtins__")),
    "import": returning(local("__import__"), variables=("x", "__import__")),
    "a name that is not a variable": returning(local("other")),
    "a name that is no identifier": returning(local("a b"), variables=("x", "a b")),
    "a keyword": returning(local("None"), variables=("x", "None")),
    "an odd temporary": returning(local("$x;y"), variables=("x", "$x;y")),
    "a dunder attribute": returning(attribute(local("x"), "__class__")),
    "an attribute of an enum's own": returning(attribute(local("x"), "_value_")),
    "an attribute that is no name": returning(attribute(local("x"), "a.b")),
    "an attribute that is assigned": sync(
        {"k": "Assign", "targets": [attribute(local("x"), "__dict__")], "value": const(1)}
    ),
    "a cause that is assigned": sync(
        {"k": "Assign", "targets": [attribute(local("x"), "__cause__")], "value": const(1)}
    ),
    "an attribute pattern": sync(
        {
            "k": "Match",
            "subject": local("x"),
            "cases": [
                {
                    "k": "MatchCase",
                    "body": [],
                    "pattern": {
                        "k": "MatchClass",
                        "cls": {"k": "TypeName", "ref": "builtins:int"},
                        "keyword_names": ["__class__"],
                        "keyword_patterns": [{"k": "MatchAs"}],
                    },
                }
            ],
        }
    ),
    "an attribute of object in a pattern": sync(
        {
            "k": "Match",
            "subject": local("x"),
            "cases": [
                {
                    "k": "MatchCase",
                    "body": [],
                    "pattern": {
                        "k": "MatchClass",
                        "cls": {"k": "TypeName", "ref": "builtins:object"},
                        "keyword_names": ["function"],
                        "keyword_patterns": [{"k": "MatchAs"}],
                    },
                }
            ],
        }
    ),
    "an unknown intrinsic": returning({"k": "Intrinsic", "name": "eval"}),
    "an unknown function": returning({"k": "FunctionRef", "function": "m:g"}),
    "an unknown class": returning({"k": "TypeName", "ref": "os:system"}),
    "a builtin that is no class": returning({"k": "TypeName", "ref": "builtins:eval"}),
    "builtins by way of the errors": returning({"k": "TypeName", "ref": "warren.errors:__builtins__"}),
    "a function of the errors' module": returning({"k": "TypeName", "ref": "warren.errors:dataclass"}),
    "an await in a sync function": returning({"k": "Await", "value": local("x")}),
    "an unknown operator": returning({"k": "Binary", "op": "exec", "left": local("x"), "right": local("x")}),
    "an unknown comparison": returning({"k": "Compare", "left": local("x"), "ops": ["~~"], "rights": [local("x")]}),
    "an unknown node": returning({"k": "Exec", "value": local("x")}),
    "a node with a wrong field": returning({"k": "Local", "name": 5}),
    "a node in the place of a statement": sync(local("x")),
    "a statement in the place of an expression": returning({"k": "Pass"}),
    "break outside of a loop": sync({"k": "Break"}),
    "a keyword argument that is none": returning(
        {"k": "Call", "func": local("x"), "keywords": [{"k": "Keyword", "name": "a=1, b", "value": const(1)}]}
    ),
    "a parameter that is no name": sync(params=("x", "y=print()"), variables=("x", "y=print()")),
    "parameters with one name": sync(params=("x", "x")),
    "a key that is no text": sync() | {"functions": sync()["functions"] | {"a\nb": sync()["functions"]["m:f"]}},
    "a constant with a class": returning(const({"$": "dataclass", "t": 5, "v": {}})),
    "an unknown tag": returning(const({"$": "code", "v": "print()"})),
    "a child of a name that no workflow has": returning({"k": "ChildRef", "workflow": "ä" * 150, "params": []}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_refused(name: str) -> None:
    with pytest.raises(MessageError):
        load(HOSTILE[name])


def test_the_program_that_they_are_made_of_is_good() -> None:
    load(returning(local("x")))
    load(returning({"k": "ChildRef", "workflow": "ä" * 100, "params": []}))
    load(sync({"k": "Pass"}))


@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
def test_a_deep_tree_is_refused(depth: int) -> None:
    tree: Json = const(1)
    for _ in range(depth):
        tree = {"k": "Unary", "op": "-", "operand": tree}
    with pytest.raises(MessageError):
        load(returning(tree))


def graph() -> Json:
    program = program_of("sequential")
    return program, program["functions"][program["entry"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [("next", value) for value in (10_000, -1, 1.5, "0", None, True)]
    + [("handler", value) for value in (10_000, -1, 1.5, "0", True, 0)],
)
def test_a_jump_out_of_the_graph_is_refused(field: str, value: Json) -> None:
    program, function = graph()
    node = next(node for node in function["nodes"] if "next" in node)
    node[field] = value
    with pytest.raises(MessageError):
        load(program)


def test_a_return_inside_a_node_is_refused() -> None:
    program, function = graph()
    function["nodes"][0] = {"k": "CodeNode", "body": [{"k": "Return", "value": const(7)}], "next": 0}
    with pytest.raises(MessageError):
        load(program)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "type"},
        {"fields": [{"k": "FieldDef", "name": "__class__"}]},
        {"fields": [{"k": "FieldDef", "name": "model config"}]},
        {"fields": [{"k": "FieldDef", "name": "a", "spec": {"dict": ["int"]}}]},
        {"fields": [{"k": "FieldDef", "name": "a", "spec": {"type": 1.5}}]},
        {"fields": [{"k": "FieldDef", "name": "a", "factory": "os:system"}]},
        {"methods": {"__del__": "m:f"}},
        {"methods": {"__getattribute__": "m:f"}},
        {"methods": {"__eq__": "m:unknown"}},
        {"methods": {"_hidden_": "m:f"}},
        {"kind": "model", "fields": [{"k": "FieldDef", "name": "_hidden"}]},
        {"ref": "builtins:int"},
        {"bases": ["int"]},
        {"extra": "everything"},
        {"constants": {"a": {"k": "Local", "name": "x"}}},
        {"constants": {"__init__": const(1)}},
        {"members": [{"k": "Member", "name": "mro()", "value": const(1)}]},
    ],
)
def test_a_hostile_class_is_refused(change: dict[str, Json]) -> None:
    program = sync({"k": "Pass"})
    program["types"]["m:T"] = {"k": "TypeDef", "ref": "m:T", "kind": "dataclass", "bases": []} | change
    with pytest.raises(MessageError):
        load(program)


def test_reading_a_program_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code is generated and defined; not even a default or a constant of it is computed by anything but the codec."""
    ran: list[str] = []
    monkeypatch.setattr("builtins.print", lambda *args: ran.append("print"))
    load(returning({"k": "Call", "func": {"k": "Intrinsic", "name": "len"}, "args": [const([])]}))
    assert not ran


@pytest.mark.parametrize("name", FIXTURES)
def test_whatever_is_changed_in_a_program_it_is_refused_or_compiled(name: str) -> None:
    """No change makes reading it fail in any other way: a bad program is a bad message, not a bug of ours."""
    _change_and_load(program_of(name), load, seed=len(name))


@pytest.mark.parametrize("name", FIXTURES)
def test_whatever_is_changed_in_an_ir_it_is_refused_or_lowered(name: str) -> None:
    def lower_ir(data: Json) -> None:
        ir = from_json(data)
        if isinstance(ir, WorkflowIR):
            Executable(lower(ir))

    _change_and_load(json.loads(json.dumps(to_json(ir_of(name)))), lower_ir, seed=len(name) + 1)


NUMBER = {"k": "Const", "encoded": 1}
GARBAGE = [None, 0, -1, 10**6, "", "x", "@budget", "__builtins__", "$1", "run", [], [[]], {}, {"k": "Pass"}, {"a": 1}]
GARBAGE += [
    True,
    1.5,
    {"k": "Local", "name": "self"},
    {"k": "Break"},
    {"k": "Raise"},
    {"k": "Return"},
    [{"k": "Raise"}],
]
GARBAGE += [
    {"k": "Await", "value": {"k": "Const", "encoded": 1}},
    {"k": "Starred", "value": {"k": "Const", "encoded": 1}},
]


def _change_and_load(original: Json, read: Any, *, seed: int) -> None:
    choose = random.Random(seed)
    outcomes = {True: 0, False: 0}
    for _ in range(60):
        data = copy.deepcopy(original)
        places = list(_places(data))
        for _ in range(choose.randint(1, 3)):
            container, key = choose.choice(places)
            if isinstance(container, dict) and choose.random() < 0.15:
                container.pop(key, None)
            elif not isinstance(container, list) or key < len(container):
                container[key] = copy.deepcopy(
                    choose.choice(GARBAGE) if choose.random() < 0.7 else _any(places, choose)
                )
        try:
            read(data)
        except MessageError:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert outcomes[False] > 10


def _any(places: list[tuple[Any, Any]], choose: random.Random) -> Json:
    container, key = choose.choice(places)
    return container[key] if isinstance(container, dict) or key < len(container) else None


def _places(data: Json) -> Any:
    if isinstance(data, dict):
        for key, value in data.items():
            yield data, key
            yield from _places(value)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield data, index
            yield from _places(value)
