"""`cast`, `NewType`, `TYPE_CHECKING`, `assert_never` and friends do what they do at run time."""

from typing import TYPE_CHECKING, Literal, NewType, assert_never, cast

from warren import Workflow, action, workflow

UserId = NewType("UserId", int)
Number = int | float


@action
async def load(x: int) -> object:
    return x


@workflow
class TypingConstructs(Workflow):
    async def run(self, kind: str, mode: Literal["x"] = "x") -> list:
        if TYPE_CHECKING:
            never = 1
        value = cast(int, await load(3))
        user = UserId(value)
        out = [user + 1, isinstance(user, Number), isinstance(None, int | None)]
        match kind:
            case "a":
                out.append("a")
            case "b":
                out.append("b")
            case _:
                assert_never(kind)
        return out


CASES = [{"kind": "a"}, {"kind": "b"}, {"kind": "c"}]
