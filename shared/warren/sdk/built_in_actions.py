"""The actions that every worker has, without a module of the user's that defines them."""

from __future__ import annotations

from typing import Final

from warren.sdk.construct import CONSTRUCT
from warren.sdk.definitions import ActionDefinition
from warren.sdk.input_checks import CHECK_INPUT

BUILT_IN: Final[dict[str, ActionDefinition]] = {one.key: one for one in (CONSTRUCT, CHECK_INPUT)}
"""By key."""
