"""Actions of one queue as messages: where to cut, and which large values are written once for several of them.

An action is held as bytes. One with a large value that an earlier action had, too, is held in parts, so that the value
is written once for all that follow. Every action counts towards a message's bounds with what it adds to the message:
what it shares with those before it is there already. Must not know where actions come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, cast

from pydantic_core import to_json

from warren.contracts import rendering
from warren.contracts.shared_values import SHARED_BYTES
from warren.contracts.tags import Json
from warren.engine.commands import DispatchAction
from warren.runtime.batching import MessageLimit, slices

_NULL: Final = b"null"


class LargeValue:
    """A value of at least `SHARED_BYTES`, as JSON text. It is the same for two actions that have the same object."""

    __slots__ = ("text",)

    def __init__(self, text: bytes) -> None:
        self.text = text


Part = bytes | LargeValue


class LargeAction:
    """An action with large values. `head` and `tail` stand before and after its arguments."""

    __slots__ = ("args", "head", "kwargs", "size", "tail", "values")

    def __init__(self, head: bytes, args: list[Part], kwargs: dict[str, Part], tail: bytes) -> None:
        self.head = head
        self.args = args
        self.kwargs = kwargs
        self.tail = tail
        parts = [*args, *kwargs.values()]
        self.values = [part for part in parts if isinstance(part, LargeValue)]
        self.size = len(head) + len(tail) + sum(len(part) for part in parts if isinstance(part, bytes))
        """Bytes without the large values."""

    def written(self, numbers: dict[LargeValue, int] | None = None) -> bytes:
        """`RunAction`; with the numbers of values in a table, `SharingAction`."""
        table = numbers or {}
        parts: list[tuple[int | str, Part]] = [*enumerate(self.args), *self.kwargs.items()]
        shared = [(place, table[part]) for place, part in parts if isinstance(part, LargeValue) and part in table]
        return rendering.given_action(
            self.head,
            [_text(part, table) for part in self.args],
            {name: _text(part, table) for name, part in self.kwargs.items()},
            self.tail,
            shared,
        )


def _text(part: Part, table: dict[LargeValue, int]) -> bytes:
    if isinstance(part, LargeValue):
        return _NULL if part in table else part.text
    return part


Action = bytes | LargeAction


class LargeValues:
    """The large values of one batch of transitions. What comes for the second time is written for all that follow."""

    __slots__ = ("_seen", "_written")

    def __init__(self) -> None:
        self._seen: dict[int, Json] = {}
        """By `id`; a value is held on to, so that no other one gets it."""
        self._written: dict[int, LargeValue | None] = {}
        """Those that were seen again; None for one that is not large."""

    def action(self, head: bytes, command: DispatchAction, seed: str | None) -> Action:
        """The command as an action of the run whose `head` this is."""
        if self._seen and self._is_shared(command):
            return LargeAction(
                rendering.action_before(head, command.invocation, command.attempt, command.action),
                [self._part(value) for value in command.args],
                {name: self._part(value) for name, value in command.kwargs.items()},
                rendering.action_after(command.timeout_seconds, seed, command.details),
            )
        item = rendering.run_action(
            head,
            command.invocation,
            command.attempt,
            command.action,
            command.args,
            command.kwargs,
            command.timeout_seconds,
            seed,
            command.details,
        )
        if len(item) >= SHARED_BYTES:
            for value in (*command.args, *command.kwargs.values()):
                if isinstance(value, str | list | dict):
                    self._seen[id(value)] = value
        return item

    def _is_shared(self, command: DispatchAction) -> bool:
        """Whether an earlier action had a large value of its."""
        repeated = [value for value in (*command.args, *command.kwargs.values()) if id(value) in self._seen]
        for value in repeated:
            if id(value) not in self._written:
                text = to_json(value)
                self._written[id(value)] = LargeValue(text) if len(text) >= SHARED_BYTES else None
        return any(self._written[id(value)] is not None for value in repeated)

    def _part(self, value: Json) -> Part:
        return self._written.get(id(value)) or to_json(value)


def bodies(actions: Sequence[Action], limit: MessageLimit) -> Iterator[bytes]:
    """The actions as bodies of messages, in their order."""
    if LargeAction not in set(map(type, actions)):
        plain = cast("Sequence[bytes]", actions)
        for part in slices(plain, limit):
            yield rendering.action_batch(plain[part])
        return
    for group in _groups(actions, limit):
        yield _body(group)


def _groups(actions: Sequence[Action], limit: MessageLimit) -> Iterator[list[Action]]:
    """What goes together: as `slices` has it, or as long as an action adds no large value to those of the message."""
    group: list[Action] = []
    here: set[LargeValue] = set()
    own = total = 0
    for action in actions:
        size = len(action) if isinstance(action, bytes) else action.size
        values = set() if isinstance(action, bytes) else set(action.values)
        added = size + sum(len(value.text) for value in values - here)
        fits = total + added <= limit.size or (bool(values) and values <= here and own + size <= limit.size)
        if group and (len(group) >= limit.items or not fits):
            yield group
            group, here, own, total = [], set(), 0, 0
            added = size + sum(len(value.text) for value in values)
        group.append(action)
        here |= values
        own += size
        total += added
    if group:
        yield group


def _body(group: list[Action]) -> bytes:
    counts = Counter(value for action in group if isinstance(action, LargeAction) for value in action.values)
    table = [value for value, count in counts.items() if count > 1] if len(group) > 1 else []
    numbers = {value: number for number, value in enumerate(table)}
    items = [action if isinstance(action, bytes) else action.written(numbers) for action in group]
    if not table:
        return rendering.action_batch(items)
    return rendering.shared_action_batch([value.text for value in table], items)
