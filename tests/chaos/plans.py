"""Random programs with known results: a plan is the input of the `Planned` workflow, which interprets it.

A plan is JSON: a list of steps, each a list that begins with its kind. `expected` evaluates a plan in plain Python and
knows nothing of Warren; `generate` makes one from a seeded random source. The arithmetic does not commute, so that a
step that is lost, doubled or out of order changes the result.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

Plan = list[list[Any]]

MODULUS: Final = 1_000_003


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a plan may grow. `sleep` and `long` are the longest durations in seconds, `share` the most
    items of a value that actions share; 0 leaves the step out."""

    steps: int = 4
    depth: int = 2
    width: int = 6
    sleep: float = 3.0
    long: float = 0.0
    share: int = 0


def mix(total: int, number: int) -> int:
    """What the action `step` computes; neither commutative nor idempotent."""
    return (total * 31 + number) % MODULUS


def generate(source: random.Random, limits: Limits, *, depth: int = 0) -> Plan:
    """A plan of one to `limits.steps` steps."""
    kinds = ["act", "act", "gather", "caught", "retry", "exhausted", "child"]
    if limits.sleep:
        kinds.append("sleep")
    if limits.long:
        kinds.append("long")
    if limits.share:
        kinds += ["share", "share"]
    if depth < limits.depth:
        kinds += ["loop", "branches", "try"]
    return [_generate_step(source.choice(kinds), source, limits, depth) for _ in range(source.randint(1, limits.steps))]


def _generate_step(kind: str, source: random.Random, limits: Limits, depth: int) -> list[Any]:
    number = source.randint(1, 999)
    match kind:
        case "gather":
            return [kind, source.randint(1, limits.width), number]
        case "share":
            return [kind, source.randint(2, limits.width), source.randint(1, limits.share), number]
        case "retry":
            return [kind, source.randint(0, 2), number]
        case "sleep":
            return [kind, round(source.uniform(0.0, limits.sleep), 3)]
        case "long":
            return [kind, round(source.uniform(limits.long / 4, limits.long), 3), number]
        case "loop":
            return [kind, source.randint(1, 3), generate(source, limits, depth=depth + 1)]
        case "branches":
            return [kind, [generate(source, limits, depth=depth + 1) for _ in range(source.randint(1, 3))]]
        case "try":
            return [kind, generate(source, limits, depth=depth + 1), number]
        case _:
            return [kind, number]


def expected(plan: Plan, total: int) -> int:
    """The result that a run of `Planned` with this plan must have."""
    for step in plan:
        match step:
            case ["act" | "caught" | "exhausted", number] | ["retry" | "long", _, number]:
                total = mix(total, number)
            case ["child", number]:
                total = mix(mix(total, number), number + 1)
            case ["gather", width, number]:
                for index in range(width):
                    total = mix(total, mix(number, index))
            case ["share", width, size, number]:
                document = [(number * 7 + n) % 1000 for n in range(size)]
                notes = [total, *document[:300]]
                for result in [_digest(index, [*document, *notes]) for index in range(width)]:
                    total = mix(total, result)
                total = mix(mix(total, len(document)), len(notes))
            case ["sleep", _]:
                total = mix(total, 1)
            case ["loop", times, body]:
                for _ in range(times):
                    total = expected(body, total)
            case ["branches", bodies]:
                for result in [expected(body, mix(total, index)) for index, body in enumerate(bodies)]:
                    total = mix(total, result)
            case ["try", body, number]:
                total = mix(expected(body, total), mix(total, number))
            case _:
                raise ValueError(f"not a step: {step}")
    return total


def _digest(total: int, numbers: list[int]) -> int:
    for number in numbers:
        total = mix(total, number)
    return total


def as_ordered(plan: Plan, total: int) -> dict[str, Any]:
    """The input of `Ordered` for this plan, as a program in another language may write it."""
    return {"order": {"plan": plan, "total": f" {total}"}}


def expected_of_ordered(plan: Plan, total: int) -> int:
    """The result of `Ordered` with this input."""
    return expected(plan, total - total % 2)


def invocations(plan: Plan) -> int:
    """How many action invocations a run with this plan makes."""
    count = 0
    for step in plan:
        match step:
            case ["gather", width, _] | ["share", width, _, _]:
                count += width
            case ["loop", times, body]:
                count += times * invocations(body)
            case ["branches", bodies]:
                count += sum(invocations(body) for body in bodies)
            case ["try", body, _]:
                count += 1 + invocations(body)
            case ["child", _]:
                count += 2
            case ["sleep", _]:
                pass
            case _:
                count += 1
    return count
