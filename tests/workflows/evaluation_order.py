"""Operands are evaluated left to right around an await, as in Python."""

from warren import Workflow, action, workflow


@action
async def echo(x):
    return x


@workflow
class EvaluationOrder(Workflow):
    async def run(self, n: int) -> list:
        log = []

        def note(x):
            log.append(x)
            return x

        value = note(1) + await echo(note(2)) + note(3)
        table = {note("a"): await echo(note("b")), note("c"): note("d")}
        listed = [note(n), await echo(note(n + 1)), note(n + 2)]
        listed[note(0)] = await echo(note("assigned"))
        n = n + await echo(n) + (n := 100)
        return [value, table, listed, log, n]


CASES = [{"n": 1}, {"n": 7}]
