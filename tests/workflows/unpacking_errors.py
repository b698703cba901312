"""Too few or too many values raise CPython's own ValueError; a non-iterable its TypeError."""

from warren import Workflow, action, workflow


@action
async def value_of(kind: str):
    return {"few": [1], "many": [1, 2, 3], "none": None, "ok": (1, 2), "star": []}[kind]


@workflow
class UnpackingErrors(Workflow):
    async def run(self, kind: str) -> list:
        if kind == "star":
            a, *b = await value_of(kind)
        else:
            a, b = await value_of(kind)
        return [a, b]


CASES = [{"kind": kind} for kind in ("few", "many", "none", "ok", "star", "missing")]
