"""Which text a store can keep: what PostgreSQL's `text` takes, so that every adapter refuses the same. No I/O."""

from __future__ import annotations


def why_unstorable(text: str) -> str | None:
    """Why this text cannot be kept, for people; None when it can."""
    if "\x00" in text:
        return "the text contains a NUL character (U+0000), which cannot be stored: remove it"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "the text contains a lone surrogate, which is not Unicode text: remove it"
    return None


def storable(text: str) -> str:
    """The text without what cannot be stored, spelled out: for what people read."""
    return text.replace("\x00", "\\x00").encode(errors="backslashreplace").decode()
