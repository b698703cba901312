"""Dotted names in patterns: looked up when the pattern is tried, in every place where a value may stand."""

import enum
from dataclasses import dataclass

from warren import Workflow, action, workflow


class Color(enum.Enum):
    RED = 1
    GREEN = 2


@dataclass
class Box:
    size: int
    inner: object = None


@action
async def paint(color: str) -> str:
    return color * 2


@workflow
class MatchDottedNames(Workflow):
    limit = 7

    def classify(self, value: object, box: Box) -> str:
        match value:
            case Color.RED.value | Color.GREEN.value:
                return "number of a color"
            case Color.GREEN:
                return "green"
            case box.size:
                return "as large as the box"
            case self.limit:
                return "the limit"
            case [box.size, *_] | {"size": box.size}:
                return "holds the size"
            case Box(size=box.size, inner=Color.RED):
                return "red box"
        return "other"

    async def run(self, size: int) -> list:
        box = Box(size)
        values = [1, 2, 7, size, Color.RED, Color.GREEN, [size, 1], {"size": size}, Box(size, Color.RED), "x"]
        out = [self.classify(value, box) for value in values]
        for value in values:
            match value:
                case box.size if size > 5:
                    out.append(await paint("size"))
                    box.size += 1
                case Color.RED.value:
                    out.append(await paint("one"))
                case self.limit:
                    out.append("limit")
                case _:
                    out.append("none")
        try:
            match size:
                case box.missing:
                    out.append("never")
        except AttributeError as error:
            out.append(str(error))
        return out


CASES = [{"size": 3}, {"size": 7}, {"size": 9}]
