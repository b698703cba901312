"""The name of an `except` clause is gone after it."""

from warren import Workflow, action, workflow


@action
async def fail() -> None:
    raise ValueError("x")


@workflow
class ExceptNameIsDeleted(Workflow):
    async def run(self, read: bool) -> str:
        error = "before"
        try:
            await fail()
        except ValueError as error:
            pass
        return str(error) if read else "unread"


CASES = [{"read": False}, {"read": True}]
