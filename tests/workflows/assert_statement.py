"""`assert` with and without a message."""

from warren import Workflow, action, workflow


@action
async def number(x: int) -> int:
    return x


@workflow
class AssertStatement(Workflow):
    async def run(self, x: int) -> str:
        assert x
        assert await number(x) > 0, f"not positive: {x}"
        try:
            assert x < 10, ("too", "large")
        except AssertionError as error:
            return repr(error)
        return "fine"


CASES = [{"x": 0}, {"x": -1}, {"x": 5}, {"x": 50}]
