"""`match` whose guards await."""

from warren import Workflow, action, workflow


@action
async def is_long(text: str) -> bool:
    return len(text) > 3


@workflow
class MatchAwaitGuard(Workflow):
    async def run(self, x) -> str:
        match x:
            case str() as text if await is_long(text):
                return f"long {text}"
            case [str() as text, *_] if await is_long(text) or text == "-":
                return f"first long {text}"
            case str() | [*_]:
                return "short"
        return "other"


CASES = [{"x": x} for x in ("long text", "abc", ["abcd"], ["-"], ["x"], [], 5)]
