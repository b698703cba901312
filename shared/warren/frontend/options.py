"""The options of `run_action`, as far as they are written out where it is called: nonsense is refused there.

What is computed is checked when it is there, by the same rules (`contracts.policies`).
"""

from __future__ import annotations

import ast

from warren.contracts.policies import no_policy, seconds_of
from warren.errors import RefusalCode
from warren.frontend.builder import Builder
from warren.frontend.refusals import Refusal


def check_option(b: Builder, name: str, node: ast.expr) -> None:
    """Refuse an option that is written out, `-1` as well as `0`, and cannot be meant like that."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return
    if name == "timeout":
        try:
            seconds_of(value)
        except ValueError as error:
            b.refuse(
                node, Refusal(RefusalCode.SIGNATURE, str(error), "`timeout=30`, or `timeout=timedelta(minutes=5)`")
            )
    elif value is not None:
        b.refuse(node, Refusal(RefusalCode.SIGNATURE, str(no_policy(value)), "`retry=RetryPolicy(attempts=3)`"))
