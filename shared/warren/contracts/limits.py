"""How large a payload may be: the input of a start, the arguments of a call, a result, an error. One limit for all.

It is measured as the JSON text that travels and is stored, so that what fits into one message fits into every one that
carries it on, with RabbitMQ 4's own limit of 16 MiB for a message. Must not know who sends what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pydantic_core import to_json

from warren.contracts.encoding import encode_exception
from warren.contracts.tags import TAG, Json
from warren.errors import LimitExceeded, ValueTooLarge

MAX_PAYLOAD_BYTES: Final = 12 << 20
"""Of the input of a start, of all arguments of one call together, of a result, and of an error, each as JSON text."""
MAX_DETAILS_BYTES: Final = 64 << 10
"""Of the details of a heartbeat as JSON text: each heartbeat carries them, and coordinators keep them in memory."""
MAX_LOG_CHARACTERS: Final = 16_384
"""Of one line that a workflow logs; the rest of a longer one is left out."""
MAX_CHILD_DEPTH: Final = 100
"""How many runs there may be above a child run: its parent, the parent of that, and so on."""
_NAMED_PARTS: Final = 3
_DEPTH: Final = 5
_PAIRS: Final = frozenset({"dict", "counter", "ordereddict", "defaultdict"})
_INSTEAD: Final = "keep it elsewhere (a bucket, a table, a file) and pass where it is"


def json_size(data: Json) -> int:
    """Bytes of tagged JSON as text."""
    return len(to_json(data))


def check_depth(workflow: str, depth: int) -> None:
    """Raise `LimitExceeded` for the start of a child run of a parent that has too many runs above itself."""
    if depth >= MAX_CHILD_DEPTH:
        raise LimitExceeded(
            f"the start of {workflow} as a child run: there are {depth + 1} runs above it, each the child of another, "
            f"and {MAX_CHILD_DEPTH} is the most"
        )


def check_payload(data: Json, what: str) -> None:
    """Raise `ValueTooLarge` when encoded `data` is over the limit; `what` names it: "the result of the action 'f'"."""
    size = json_size(data)
    if size > MAX_PAYLOAD_BYTES:
        raise too_large(what, size, largest_part(data, size))


def check_details(data: Json) -> None:
    """The same for the details of a heartbeat, which have a lower limit."""
    size = json_size(data)
    if size > MAX_DETAILS_BYTES:
        most = mebibytes(MAX_DETAILS_BYTES)
        raise ValueTooLarge(
            f"the details of a heartbeat have {mebibytes(size)} as JSON, and at most {most} are taken: {_INSTEAD}"
        )


def check_arguments(
    args: Sequence[Json], kwargs: Mapping[str, Json], what: str, *, size_of: Callable[[Json], int] = json_size
) -> None:
    """The same for the arguments of one call, which travel together; the error names the largest of them.

    Each counts as a whole, also one that other calls have in common with this one.
    """
    sizes = {f"argument {number}": size_of(value) for number, value in enumerate(args, start=1)}
    sizes |= {f"argument {name!r}": size_of(value) for name, value in kwargs.items()}
    total = sum(sizes.values())
    if total > MAX_PAYLOAD_BYTES:
        raise too_large(what, total, sizes)


def largest_part(data: Json, size: int) -> dict[str, int]:
    """Where most of `data`, which has `size` bytes, is: a path and its bytes; empty where no part has most of it."""
    path, found = "", {}
    for _ in range(_DEPTH):
        children = [(step, child, json_size(child)) for step, child in _children(data)]
        step, data, inner = max(children, key=lambda child: child[2], default=("", None, 0))
        if 2 * inner < size:
            break
        path, size = path + step, inner
        found = {f"most of it at {path}": size}
    return found


def _children(data: Json) -> list[tuple[str, Json]]:
    """The parts of tagged JSON with the steps by which Python reaches them."""
    if isinstance(data, list):
        return [(f"[{index}]", item) for index, item in enumerate(data)]
    if not isinstance(data, dict):
        return []
    if TAG not in data:
        return [(f"[{key!r}]", item) for key, item in data.items()]
    parts = data.get("v")
    if isinstance(parts, dict):
        return [(f".{name}", item) for name, item in parts.items()]
    if data[TAG] in _PAIRS and isinstance(parts, list):
        return [(f"[{key!r}]", item) for key, item in parts]
    return _children(parts)


def too_large(
    what: str, size: int, parts: Mapping[str, int] | None = None, *, limit: int | None = None
) -> ValueTooLarge:
    """The error for a payload of `size` bytes; `limit` is another one than ours, such as a broker's own."""
    largest = sorted((parts or {}).items(), key=lambda part: -part[1])[:_NAMED_PARTS]
    named = f" ({', '.join(f'{name}: {mebibytes(bytes_)}' for name, bytes_ in largest)})" if largest else ""
    whose = (
        f"at most {mebibytes(MAX_PAYLOAD_BYTES)} are taken" if limit is None else f"the broker takes {mebibytes(limit)}"
    )
    return ValueTooLarge(f"{what} has {mebibytes(size)} as JSON{named}, and {whose}: {_INSTEAD}")


def mebibytes(size: int) -> str:
    """A size as people read it: `9.0 MiB`, or bytes below a tenth of one."""
    return f"{size / (1 << 20):.1f} MiB" if size >= (1 << 20) // 10 else f"{size:,} bytes"


def encode_error(error: BaseException, *, with_traceback: bool = False) -> Json:
    """An exception as tagged JSON within the limit: one that is larger is replaced by what says so, and its class."""
    encoded = encode_exception(error, with_traceback=with_traceback)
    size = json_size(encoded)
    if size <= MAX_PAYLOAD_BYTES:
        return encoded
    shorter = encode_exception(too_large(f"an exception of the class {type(error).__name__!r}", size))
    kept = encoded.get("tb") if isinstance(encoded, dict) else None
    return shorter | {"tb": kept} if isinstance(kept, str) else shorter
