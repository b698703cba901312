"""What the actions of generated programs do: a pure function of the arguments, failing for some of them."""

from __future__ import annotations

import random
from typing import Any

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode, encode

_ERRORS = (ValueError, KeyError, ZeroDivisionError, IndexError)


def answer(mood: str, kind: str, arguments: tuple[Any, ...], *errors: type[Exception]) -> Any:
    """A fresh value of the kind; a `risky` action raises for a third of all arguments."""
    choose = random.Random(f"{kind} {arguments!r}")
    if mood == "risky" and choose.random() < 0.35:
        error = choose.choice([*_ERRORS, *errors])
        raise error(*choose.choice([(), ("bad",), (arguments[0], "worse")]))
    number = choose.randint(-3, 9)
    match kind:
        case "int":
            return number
        case "str":
            return choose.choice(["", "a", "hello", "x,y"])
        case "list":
            return [number, *range(choose.randint(0, 3))]
        case "dict":
            return {"a": number, "b": 2}
        case _:
            return (number, choose.randint(0, 4))


def travelled(value: Any) -> Any:
    """The value as another process has it, which is what every action gets and gives."""
    return decode(encode(value), ImportedTypes())
