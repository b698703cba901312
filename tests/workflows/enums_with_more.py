"""Enums whose members have attributes of their own, and several flags in one value."""

from enum import Enum, IntFlag, StrEnum, auto

from warren import Workflow, action, workflow


class Shape(Enum):
    SQUARE = ("square", 4)
    TRIANGLE = ("triangle", 3)

    def __init__(self, label: str, sides: int) -> None:
        self.label = label
        self.sides = sides

    @property
    def angles(self) -> int:
        return (self.sides - 2) * 180


class Permission(IntFlag):
    READ = 1
    WRITE = 2
    RUN = 4


class State(StrEnum):
    NEW = auto()
    DONE = auto()

    @classmethod
    def terminal(cls) -> set["State"]:
        return {cls.DONE}

    @property
    def is_done(self) -> bool:
        return self in State.terminal()


@action
async def grant(permission: Permission) -> Permission:
    return permission | Permission.RUN


@action
async def finish(state: State) -> State:
    return State.DONE


@workflow
class EnumsWithMore(Workflow):
    async def run(self, n: int) -> list:
        granted = await grant(Permission.READ | Permission.WRITE)
        state = await finish(State.NEW)
        flags = [granted, granted & ~Permission.READ, int(granted), Permission.WRITE in granted]
        shapes = [(shape.label, shape.sides, shape.angles) for shape in Shape]
        return [flags, shapes, Shape(("square", 4)).name, state.is_done, f"{state}", {State.NEW: n}["new"]]


CASES = [{"n": 1}]
