"""The argument and the options of `run_action`, as far as they are written out: nonsense is refused there.

What is computed is checked when it is there, by the same rules (`contracts.policies`).
"""

from __future__ import annotations

import ast

from warren.contracts import marks
from warren.contracts.policies import no_policy, seconds_of
from warren.errors import RefusalCode
from warren.frontend.builder import Builder
from warren.frontend.refusals import AROUND_ACTION, Refusal


def check_option(b: Builder, name: str, node: ast.expr, *, shown: str | None = None) -> None:
    """Refuse an option that is written out, `-1` as well as `0`, and cannot be meant like that.

    `name` is `timeout` or `retry`; `shown` is what it is called there, if that is something else.
    """
    shown = shown or name
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return
    if name == "timeout":
        try:
            seconds_of(value, shown)
        except ValueError as error:
            b.refuse(
                node, Refusal(RefusalCode.SIGNATURE, str(error), f"`{shown}=30`, or `{shown}=timedelta(minutes=5)`")
            )
    elif value is not None:
        b.refuse(node, Refusal(RefusalCode.SIGNATURE, str(no_policy(value)), f"`{shown}=RetryPolicy(attempts=3)`"))


def own_call(b: Builder, key: str, written: str) -> Refusal:
    """Why `run_action` does not take the call of the compiled function `key`."""
    if marks.is_around_action(b.compilation.units[key].function):
        message = f"run_action takes the call of an action, and {written} calls what a decorator put around one"
        return Refusal(RefusalCode.DECORATOR, message, AROUND_ACTION.recommendation)
    return Refusal(
        RefusalCode.SIGNATURE,
        f"run_action takes the call of an action, and {written} is the workflow's own",
        f"`await {written}`; give `retry` and `timeout` to the actions in it",
    )
