"""An exception's traceback as a text of bounded size: the head of each message and the last frames stay.

People read it; programs read the encoded exception. Must not know how exceptions are encoded.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Final

LIMIT: Final = 20_000
"""Characters of the whole text."""
_MESSAGE: Final = 4_000
_FRAMES: Final = 12_000
_FRAMES_COUNT: Final = 30
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def traceback_text(error: BaseException) -> str:
    """The traceback of an exception and, as far as there is room, of what it came from, as Python prints it."""
    blocks = [_block(error)]
    size, seen = len(blocks[0]), {id(error)}
    while True:
        earlier, link = error.__cause__, _CAUSE
        if earlier is None and not error.__suppress_context__:
            earlier, link = error.__context__, _CONTEXT
        if earlier is None or id(earlier) in seen:
            break
        error = earlier
        seen.add(id(error))
        blocks += [link, _block(error)]
        size += len(link) + len(blocks[-1])
        if size > LIMIT:
            del blocks[-2:]
            break
    return "".join(reversed(blocks))


def _block(error: BaseException) -> str:
    """One exception without those that it came from; at most `_FRAMES` and `_MESSAGE` characters, and a little more."""
    try:
        if isinstance(error, BaseExceptionGroup):
            text = traceback.format_exception(error, limit=-_FRAMES_COUNT, chain=False)
            return _middle_cut(_printable("".join(text)), _FRAMES + _MESSAGE)
        message = _printable("".join(traceback.format_exception_only(type(error), error)))
    except Exception:  # noqa: BLE001 - it asks an exception for its truth, which a user's __len__ may refuse
        message = f"{type(error).__qualname__}\n"
    if len(message) > _MESSAGE:
        message = f"{message[:_MESSAGE]}... ({len(message):,} characters)\n"
    if error.__traceback__ is None:
        return message
    frames = traceback.format_tb(error.__traceback__, limit=-_FRAMES_COUNT)
    return f"Traceback (most recent call last):\n{_last(map(_printable, frames))}{message}"


def _last(frames: Iterable[str]) -> str:
    """The last of these frames that have room; always the last one, if need be its head."""
    *others, last = frames
    kept = [last[:_FRAMES]]
    size = len(kept[0])
    for frame in reversed(others):
        size += len(frame)
        if size > _FRAMES:
            break
        kept.append(frame)
    return "".join(reversed(kept))


def _middle_cut(text: str, size: int) -> str:
    """The head and the tail of a text that is too long."""
    half = size // 2
    return text if len(text) <= size else f"{text[:half]}\n... ({len(text):,} characters) ...\n{text[-half:]}"


def _printable(text: str) -> str:
    """Without lone surrogates, which JSON text cannot hold."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
