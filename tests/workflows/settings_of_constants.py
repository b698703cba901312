"""Constants and a helper in a module of their own, for `captured_constants`; no workflow of its own."""

LIMIT = 12


class Nested:
    DEPTH = 3


def scale(x: int) -> int:
    return x * LIMIT
