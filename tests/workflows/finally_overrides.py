"""A `return`, `break` or `continue` in `finally` replaces what was on its way."""

from warren import Workflow, action, workflow


@action
async def boom(x: int) -> int:
    raise RuntimeError(f"boom {x}")


@workflow
class FinallyOverrides(Workflow):
    async def run(self, how: str):
        seen = []
        for i in range(2):
            try:
                await boom(i)
            finally:
                seen.append(i)
                if how == "return":
                    return ["returned", seen]
                if how == "break":
                    break
                if how == "continue":
                    continue
        return ["after", seen]


CASES = [{"how": how} for how in ("return", "break", "continue", "raise")]
