"""Awaits in the targets of an assignment: the value is unpacked first, then one place after the other is assigned."""

from warren import Workflow, action, workflow


@action
async def key(x: str) -> str:
    if x == "bad":
        raise KeyError(x)
    return x


@workflow
class AwaitInTargets(Workflow):
    async def run(self, x: str, values: list) -> list:
        kept, out = {"n": 1}, []
        try:
            kept["first"], kept[await key(x)], *kept[await key("rest")] = values
        except (KeyError, ValueError) as error:
            out.append(repr(error))
        try:
            (kept["a"], (kept[await key("b")], kept["c"])), kept["d"] = (1, values), 2
        except (TypeError, ValueError) as error:
            out.append(str(error))
        kept[await key("e")] = other = kept["n"]
        kept[await key("n")] += await self.number(kept)
        for kept[await key("loop")], step in enumerate(values):
            if step == 2:
                continue
            out.append((kept["loop"], await key("in the loop")))
        return [out, kept, other]

    async def number(self, kept) -> int:
        kept["n"] = 100
        return len(await key("four"))


CASES = [
    {"x": "k", "values": [1, 2, 3, 4]},
    {"x": "bad", "values": [1, 2]},
    {"x": "k", "values": [1]},
    {"x": "k", "values": [1, 2]},
]
