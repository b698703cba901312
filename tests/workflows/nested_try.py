"""Handlers within handlers, and exceptions raised in handlers."""

from warren import Workflow, action, workflow


@action
async def act(x: int) -> int:
    if x % 2:
        raise ValueError(x)
    return x


@workflow
class NestedTry(Workflow):
    async def run(self, x: int) -> list:
        log = []
        try:
            try:
                log.append(await act(x))
            except ValueError:
                log.append("inner")
                try:
                    await act(x + 2)
                finally:
                    log.append("inner finally")
            log.append("between")
            log.append(1 // x)
        except ZeroDivisionError as error:
            log.append(str(error))
        except ValueError as error:
            log.append(["outer", *error.args])
        return log


CASES = [{"x": 0}, {"x": 1}, {"x": 2}, {"x": -3}]
