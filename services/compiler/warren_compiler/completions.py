"""What another system says about an attempt whose token it has: an answer, or details of how far it is.

What it says is checked here, so that who sends what no run can read learns it, and not the run.
"""

from __future__ import annotations

from typing import Any

from warren.contracts import messages
from warren.contracts.limits import check_details, check_payload, encode_error
from warren.contracts.task_tokens import read_token
from warren.engine import check_arrival
from warren.errors import ActionError, InvalidInput
from warren.ports import StoredRun
from warren.runs.programs import Programs
from warren_compiler.request import Request


async def completion(
    request: Request, body: messages.CompleteAction, run: StoredRun, programs: Programs
) -> messages.ActionAnswered | messages.ActionProgressed:
    """The event that it is for the run; raises `InvalidInput` for a value that cannot be read, or is too large."""
    token = read_token(body.token)
    about: dict[str, Any] = {
        "run_id": run.run_id,
        "invocation": token.invocation,
        "attempt": token.attempt,
        "id": request.id,
        "reply": request.reply,
    }
    executable = await programs.get(run.version)
    if body.details is not None:
        check_details(body.details)
        check_arrival(executable, body.details, "the details")
        return messages.ActionProgressed(**about, details=body.details)
    if body.error is not None:
        error = encode_error(ActionError(body.error)) if isinstance(body.error, str) else body.error
        check_payload(error, "the error")
        if not isinstance(check_arrival(executable, error, "the error"), BaseException):
            raise InvalidInput("the error must be a text, or a tagged exception (docs/reference/types.md)")
        return messages.ActionAnswered(**about, error=error)
    check_payload(body.result, "the result")
    check_arrival(executable, body.result, "the result")
    return messages.ActionAnswered(**about, result=body.result)
