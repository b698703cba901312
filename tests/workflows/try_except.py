"""Exceptions from actions, matched by class and by hierarchy."""

from warren import Workflow, action, workflow


class OrderError(Exception):
    pass


class OutOfStock(OrderError):
    pass


@action
async def fail(kind: str) -> str:
    match kind:
        case "value":
            raise ValueError("bad value", 42)
        case "key":
            raise KeyError("missing")
        case "stock":
            raise OutOfStock("sold out")
        case "order":
            raise OrderError
        case "zero":
            raise ZeroDivisionError("nothing to divide by")
    return kind


@workflow
class TryExcept(Workflow):
    async def run(self, kind: str) -> list:
        try:
            value = await fail(kind)
        except ValueError as e:
            return ["ValueError", e.args, str(e)]
        except (KeyError, IndexError) as e:
            return ["LookupError", repr(e), str(e)]
        except OrderError as e:
            return ["OrderError", isinstance(e, OutOfStock), str(e), type(e).__name__]
        return ["fine", value]


CASES = [{"kind": kind} for kind in ("value", "key", "stock", "order", "zero", "none")]
