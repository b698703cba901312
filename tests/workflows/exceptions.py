"""Exceptions: hierarchy, args, attributes, str and repr, causes, built-in errors of the engine's own evaluation."""

from warren import Workflow, action, workflow


class AppError(Exception):
    code = 7


class NotFound(AppError, LookupError):
    pass


@action
async def fail(kind: str):
    if kind == "attributes":
        error = NotFound("gone", 404)
        error.detail = {"id": 1}
        raise error
    if kind == "cause":
        raise AppError("outer") from KeyError("inner")
    if kind == "timeout":
        raise TimeoutError("slow")
    return kind


@workflow
class Exceptions(Workflow):
    async def run(self, kind: str) -> list:
        try:
            match kind:
                case "zero":
                    return [1 / 0]
                case "key":
                    return [{}["k"]]
                case "index":
                    return [[][0]]
                case "type":
                    return [1 + "x"]
                case "value":
                    return [int("x")]
                case "attribute":
                    return ["x".nope]
                case "made":
                    raise NotFound("made here", 1)
                case "group":
                    raise ExceptionGroup("several", [ValueError(1), KeyError("k")])
            return [await fail(kind)]
        except NotFound as error:
            return ["not found", error.args, error.code, getattr(error, "detail", None), isinstance(error, LookupError)]
        except AppError as error:
            return ["app", repr(error), repr(error.__cause__), isinstance(error.__cause__, KeyError)]
        except (ArithmeticError, LookupError, OSError) as error:
            return ["builtin", type(error).__name__, str(error)]
        except ExceptionGroup as group:
            return [group.message, [repr(error) for error in group.exceptions]]
        except Exception as error:
            return ["other", repr(error), issubclass(type(error), ValueError)]


CASES = [
    {"kind": kind}
    for kind in (
        *("zero", "key", "index", "type", "value", "attribute", "made", "group"),
        *("attributes", "cause", "timeout", "fine"),
    )
]
