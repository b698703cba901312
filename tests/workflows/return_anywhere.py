"""`return` out of nested loops, branches and try blocks; no return gives None."""

from warren import Workflow, action, workflow


@action
async def find(x: int) -> int | None:
    return x if x > 2 else None


@workflow
class ReturnAnywhere(Workflow):
    async def run(self, rows: list[list[int]], early: bool = False):
        if early:
            return
        for row in [[*row] for row in rows]:
            for item in row:
                try:
                    if (found := await find(item)) is not None:
                        return {"found": found, "row": row}
                finally:
                    row.append(0)
                    if len(row) > 4:
                        return "overridden"


CASES = [{"rows": [[1, 2], [3]]}, {"rows": [[1, 2, 3, 9]]}, {"rows": []}, {"rows": [[1]], "early": True}]
