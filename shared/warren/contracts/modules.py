"""The name under which a module can be imported elsewhere; knows about `__main__` and nothing more."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


def importable_name(module: str) -> str:
    """`module`, but for `__main__` the name that another process imports the same file by.

    `python -m shop.orders` is `shop.orders`; `python examples/orders.py` is `orders`. What has neither a spec nor a
    file (an interactive session) stays `__main__`.
    """
    return _main_name() if module == "__main__" else module


@cache
def _main_name() -> str:
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return str(spec.name)
    file = getattr(main, "__file__", None)
    return Path(file).stem if file else "__main__"
