"""Models and dataclasses that contain themselves: made, nested, compared, asked for their class."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel

from warren import Workflow, action, workflow


class Node(BaseModel):
    value: int
    kids: list[Node] = []


class Left(BaseModel):
    right: Right | None = None


class Right(BaseModel):
    left: Left | None = None
    n: int = 0


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)

    def total(self) -> int:
        return self.value + sum([child.total() for child in self.children])


@action
async def grow(node: Node) -> Node:
    return Node(value=node.value + 1, kids=[node])


@action
async def plant(tree: Tree) -> Tree:
    return Tree(1, [tree, Tree(2)])


@workflow
class RecursiveModels(Workflow):
    async def run(self, n: int) -> list[object]:
        node = Node(value=n, kids=[Node(value=1), {"value": "2", "kids": [{"value": 3}]}])
        grown = await grow(node)
        left = Left(right=Right(left=Left(), n=n))
        tree = await plant(Tree(n, [Tree(4)]))
        return [
            *(grown, grown.kids[0] == node, isinstance(node.kids[1], Node), node.kids[1].kids[0].value),
            *(left, left.right.left == Left(), isinstance(left.right, Right), repr(left)),
            *(tree, tree.total(), tree.children[0] == Tree(n, [Tree(4)]), repr(node)),
        ]


CASES = [{"n": 0}, {"n": 5}]
