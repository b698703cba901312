"""What type specs call by a word. Must not know anything else of specs."""

from __future__ import annotations

import datetime as dt
import decimal
import pathlib
import uuid
from typing import Any, Final

SCALAR_TYPES: Final[dict[str, Any]] = {
    "any": Any,
    "none": None,
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "str": str,
    "bytes": bytes,
    "datetime": dt.datetime,
    "date": dt.date,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "path": pathlib.Path,
}
PLAIN_TYPES: Final[dict[str, type]] = {"bool": bool, "int": int, "str": str, "none": type(None)}
"""Those whose values are the same as plain JSON."""
