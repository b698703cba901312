"""A variable that was not assigned yet, or was deleted, raises CPython's own error."""

from warren import Workflow, action, workflow


@action
async def number(x: int) -> int:
    return x


@workflow
class UnboundVariable(Workflow):
    async def run(self, how: str) -> int:
        if how == "set":
            value = await number(1)
        if how == "deleted":
            value = 2
            del value
        if how == "closure":
            get = lambda: later
            got = get()
            later = 1
            return got
        return value


CASES = [{"how": how} for how in ("set", "unset", "deleted", "closure")]
