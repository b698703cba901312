"""One setting of the store that several processes read and replace: JSON of one type, compared and set.

Must not know what is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from warren.errors import StoreError
from warren.ports import RunStore
from warren.runtime.logs import get_logger

log = get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Noted(Generic[T]):
    """What the setting held when it was read or written; `text` is None before it is written for the first time."""

    value: T | None
    text: str | None


class SharedNote(Generic[T]):
    """The setting `name` (`contracts.names`). If it `is_hint`, one that cannot be read counts as not written yet."""

    def __init__(self, store: RunStore, name: str, adapter: TypeAdapter[T], *, is_hint: bool = False) -> None:
        self._store = store
        self._name = name
        self._adapter: TypeAdapter[Any] = adapter
        self._is_hint = is_hint

    async def read(self) -> Noted[T]:
        """What it holds now.

        Raises:
            StoreError: no Warren of this version wrote that.
        """
        text = await self._store.get_setting(self._name)
        return Noted(None if text is None else self._parsed(text), text)

    async def write(self, value: T, *, over: Noted[T]) -> Noted[T] | None:
        """Replace it if it still is what `over` says; None if another process was first."""
        new = self.as_written(value)
        assert new.text is not None
        return new if await self._store.set_setting(self._name, new.text, expected=over.text) else None

    def as_written(self, value: T) -> Noted[T]:
        """What it holds after this value was written by this version."""
        return Noted(value, self._adapter.dump_json(value).decode())

    def _parsed(self, text: str) -> T | None:
        try:
            return self._adapter.validate_json(text)  # type: ignore[no-any-return]  # the adapter's own type
        except ValidationError as error:
            if not self._is_hint:
                raise StoreError(f"the setting {self._name!r} is not what it should be: {text[:200]}") from error
            log.warning("setting unreadable, starting over", setting=self._name, error=str(error)[:200])
            return None
