"""`warren:construct`, the built-in action by which a run constructs a value whose class runs code of its own.

The engine cannot run a user's validators or `__init__`; a worker can. Its arguments are the class as `module:Class` and
then those of the call. Must not know who asks.
"""

from __future__ import annotations

from typing import Any, Final

from warren.contracts.imported_types import find_class
from warren.contracts.names import CONSTRUCT_ACTION
from warren.sdk.definitions import define_action


async def construct(ref: str, /, *args: Any, **kwargs: Any) -> Any:
    """Construct a value of an imported model, dataclass, enum or exception class; raises whatever that raises."""
    return find_class(ref)(*args, **kwargs)


CONSTRUCT: Final = define_action(construct, key=CONSTRUCT_ACTION)
