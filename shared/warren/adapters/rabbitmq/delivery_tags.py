"""Which delivery tags of a channel are unsettled, so that an ack can cover many of them with one frame."""

from __future__ import annotations

from collections.abc import Iterable


class DeliveryTags:
    """The tags 1, 2, 3 ... of one channel. Tags below `low` are settled; those settled out of order are remembered."""

    __slots__ = ("_early", "delivered", "low")

    def __init__(self) -> None:
        self.low = 1
        self.delivered = 0
        self._early: set[int] = set()

    @property
    def is_empty(self) -> bool:
        """Whether everything delivered so far is settled."""
        return self.low > self.delivered

    def settle(self, tags: Iterable[int]) -> tuple[int, list[int]]:
        """Settle tags, in any order; those settled before are ignored.

        Returns the tag up to which everything that was unsettled is settled by this call (0 when nothing is), and the
        tags beyond it, ascending: each needs a frame of its own, because an older delivery is still being worked on.
        """
        upto, single, early = 0, [], self._early
        for tag in sorted(tags):
            if tag < self.low or tag in early or tag > self.delivered:
                continue
            if tag == self.low:
                upto = tag
                self.low += 1
                while early and self.low in early:
                    early.discard(self.low)
                    self.low += 1
            else:
                early.add(tag)
                single.append(tag)
        return upto, single
