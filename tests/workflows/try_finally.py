"""`finally` runs on every way out, and `else` only without an exception."""

from warren import Workflow, action, workflow


@action
async def maybe(x: int) -> int:
    if x < 0:
        raise ValueError(x)
    return x


@workflow
class TryFinally(Workflow):
    async def run(self, x: int, swallow: bool) -> list:
        log = []
        for i in range(3):
            try:
                log.append("try")
                value = await maybe(x + i)
                if value == 1:
                    continue
                if value == 2:
                    break
            except ValueError as error:
                log.append(error.args)
                if not swallow:
                    raise
            else:
                log.append("else")
            finally:
                log.append(await maybe(100))
        return log


CASES = [{"x": x, "swallow": swallow} for x in (-1, 0, 1, 5) for swallow in (True, False)]
