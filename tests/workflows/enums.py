"""Enum members: captured, compared, by value and by name, iterated; StrEnum and IntEnum."""

from enum import Enum, IntEnum, StrEnum

from warren import Workflow, action, workflow


class Color(Enum):
    RED = "r"
    GREEN = "g"
    CRIMSON = "r"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


DEFAULT = Color.GREEN


@action
async def paint(color: Color) -> Color:
    return color


@workflow
class Enums(Workflow):
    async def run(self, value: str) -> list:
        color = await paint(Color.RED)
        return [
            color is Color.RED,
            color == Color.CRIMSON,
            color.name,
            color.value,
            DEFAULT,
            {Color.RED: 1, DEFAULT: 2}[color],
            Level.HIGH > Level.LOW,
            Level.LOW + 1,
            State.OPEN == "open",
            State.SHUT.upper(),
            f"{State.OPEN} {color}",
            str(Color.RED),
            repr(Color.GREEN),
            color in (Color.RED, Color.GREEN),
            isinstance(color, Color),
            Color(value),
            Color["GREEN"],
            [member.name for member in Color],
            len(Color),
        ]


CASES = [{"value": "r"}, {"value": "g"}, {"value": "x"}]
