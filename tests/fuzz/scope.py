"""What the program generator knows while it writes one function: its variables by type, and what may stand where."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

TYPES = ("int", "float", "str", "bool", "list", "strs", "dict", "tuple", "set", "point", "matrix")
MUTABLE = ("list", "strs", "dict", "set", "point", "matrix")


@dataclass
class Scope:
    """One function that is being written. `tag` is the source of the expression that names its strand."""

    random: random.Random
    is_async: bool
    tag: str = "'main'"
    owner: str = ""
    """`self` inside methods that may use the workflow's state; empty elsewhere."""
    can_await: bool = True
    """Whether an await may stand in an expression (not inside a lambda or a generator)."""
    walrus_ok: bool = True
    """Not in the iterable of a comprehension."""
    in_loop: bool = False
    in_handler: bool = False
    caught: str = ""
    """The name of the exception of the handler around, while it is bound."""
    may_raise: bool = True
    may_return: bool = True
    returns: str = "int"
    log: str = "log"
    strands: tuple[str, ...] = ("strand", "wild_strand")
    """Which of these functions may be called; the last one may raise."""
    functions: list[tuple[str, bool]] = field(default_factory=list)
    """Nested functions of one int that return one: name, and whether they are async."""
    variables: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in TYPES})
    fixed: set[str] = field(default_factory=set)
    """Loop counters and the like, which nobody may assign."""
    budget: int = 30
    """Statements that may still be written."""
    counter: int = 0

    def pick(self, kind: str) -> str | None:
        """A variable of the type, if there is one."""
        names = self.variables[kind]
        return self.random.choice(names) if names else None

    def new_name(self) -> str:
        self.counter += 1
        return f"v{self.counter}"

    def declare(self, kind: str, name: str) -> str:
        if name not in self.variables[kind]:
            self.variables[kind].append(name)
        return name

    def target(self, kind: str) -> str:
        """A name to assign: an existing variable of the type, or a new one (not yet declared)."""
        names = [name for name in self.variables[kind] if name not in self.fixed]
        if names and self.random.random() < 0.5:
            return self.random.choice(names)
        return self.new_name()

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    @contextlib.contextmanager
    def block(self, **changes: object) -> Iterator[None]:
        """A nested block: what it declares is forgotten after it; `changes` hold inside it."""
        kept = {kind: list(names) for kind, names in self.variables.items()}
        functions = list(self.functions)
        before = {name: getattr(self, name) for name in changes}
        for name, value in changes.items():
            setattr(self, name, value)
        yield
        for name, value in before.items():
            setattr(self, name, value)
        self.variables, self.functions = kept, functions

    @contextlib.contextmanager
    def inner(self, *names: tuple[str, str]) -> Iterator[None]:
        """The inside of a lambda or comprehension: more variables, no awaits."""
        with self.block(can_await=False, walrus_ok=False):
            for name, kind in names:
                self.declare(kind, name)
            yield
