"""An await in an except clause: it happens when the clauses before did not match, and may fail itself."""

from warren import Workflow, action, workflow


@action
async def choose(x: int) -> int:
    if x < 0:
        raise LookupError(x)
    return x


@workflow
class AwaitInExcept(Workflow):
    async def run(self, x: int) -> list:
        log: list = []
        try:
            for kind in (ValueError, KeyError, TypeError):
                try:
                    raise kind(x)
                except ValueError:
                    log.append("value")
                except (KeyError, TypeError) if await choose(x) else KeyError as error:
                    log.append(repr(error))
                finally:
                    log.append("finally")
        except LookupError as error:
            log.append(("lookup", error.args))
        except TypeError as error:
            log.append(("outer", repr(error)))
        return log


CASES = [{"x": x} for x in (-1, 0, 1)]
