"""`raise` of classes and instances, `raise ... from`, and a bare `raise`."""

from warren import Workflow, action, workflow


class Custom(Exception):
    pass


@action
async def fail(text: str) -> None:
    raise LookupError(text)


@workflow
class RaiseStatements(Workflow):
    async def run(self, how: str) -> str:
        if how == "class":
            raise Custom
        if how == "instance":
            raise Custom("with", "args")
        if how == "not an exception":
            raise how
        try:
            await fail("inner")
        except LookupError as error:
            if how == "from":
                raise Custom("outer") from error
            if how == "from none":
                raise Custom("alone") from None
            if how == "again":
                raise
            if how == "caught cause":
                try:
                    raise Custom("second") from error
                except Custom as second:
                    return f"{second} because of {second.__cause__!r}"
        return "no"


CASES = [
    {"how": how}
    for how in ("class", "instance", "not an exception", "from", "from none", "again", "caught cause", "none")
]
