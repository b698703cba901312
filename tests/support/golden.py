"""Golden IR and graphs: what each fixture workflow is compiled and lowered to, as text that a person can read.

What a text does not show, the hash of the program does: `hashes.json` has one line for each fixture.

`python -m tests.support.golden` (`make golden`) writes the files after a change that was meant; tests compare.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from tests.support.ir_text import workflow_text

from warren.ir import WorkflowIR
from warren.ir.program import AsyncFunction, AwaitNode, GraphNode
from warren.lowering import lower
from warren.lowering.assembler import targets_of

WORKFLOWS = Path(__file__).parents[1] / "workflows"
GOLDEN = WORKFLOWS / "golden"
HASHES = GOLDEN / "hashes.json"


def fixture_names() -> list[str]:
    """The fixture modules that have a workflow of their own, by name."""
    return sorted(path.stem for path in WORKFLOWS.glob("*.py") if "\nCASES = " in path.read_text())


def workflow_ir(name: str) -> WorkflowIR:
    """The IR of the last workflow of a fixture module."""
    module = importlib.import_module(f"tests.workflows.{name}")
    found = [getattr(value, "__dict__", {}).get("__warren_ir__") for value in vars(module).values()]
    ir: WorkflowIR = [one for one in found if one is not None][-1]
    return ir


def golden_path(name: str) -> Path:
    """Where the golden IR of a fixture lies."""
    return GOLDEN / f"{name}.ir.txt"


def golden_text(name: str) -> str:
    """What the golden file of a fixture should hold."""
    return workflow_text(workflow_ir(name))


def hashes() -> dict[str, str]:
    """The identity of each fixture's program."""
    return {name: lower(workflow_ir(name)).version for name in fixture_names()}


def graph_path(name: str) -> Path:
    """Where the golden graph of a fixture lies."""
    return GOLDEN / f"{name}.graph.txt"


def graph_text(name: str) -> str:
    """A line for each node of each async function: number, kind, label, and where it goes."""
    lines = []
    for key, function in lower(workflow_ir(name)).functions.items():
        if isinstance(function, AsyncFunction):
            lines.append(key)
            lines.extend(f"  {number:3} {_node_text(node)}" for number, node in enumerate(function.nodes))
    return "\n".join(lines) + "\n"


def _node_text(node: GraphNode) -> str:
    kind = node.kind if isinstance(node, AwaitNode) else type(node).__name__.removesuffix("Node").lower()
    label = f" {node.label}" if isinstance(node, AwaitNode) and node.label else ""
    going = " ".join(str(target) for target in targets_of(node))
    handled = "" if node.handler is None else f" !{node.handler}"
    return f"{kind}{label}" + (f" -> {going}" if going else "") + handled


def main() -> None:
    """Write all golden files and remove those without a fixture."""
    names = fixture_names()
    GOLDEN.mkdir(exist_ok=True)
    for name in names:
        golden_path(name).write_text(golden_text(name))
        graph_path(name).write_text(graph_text(name))
    HASHES.write_text(json.dumps(hashes(), indent=0) + "\n")
    for path in GOLDEN.iterdir():
        if path not in {HASHES, *map(golden_path, names), *map(graph_path, names)}:
            path.unlink()
    print(f"{len(names)} golden files in {GOLDEN}")


if __name__ == "__main__":
    main()
