"""`functools.partial`, `functools.reduce`, and the getters and operators of `operator`, as values that are kept."""

import operator
from dataclasses import dataclass
from functools import partial, reduce
from operator import attrgetter, itemgetter, methodcaller

from warren import Workflow, action, workflow


@dataclass
class Part:
    name: str
    price: int


@action
async def act(x: object, y: object = 0) -> object:
    return [x, y]


def scale(x: int, *, by: int = 2) -> int:
    return x * by


BY_PRICE = attrgetter("price")
SECOND = itemgetter(1)
TENFOLD = partial(scale, by=10)
STARTED = partial(act, "started")


@workflow
class OperatorFunctions(Workflow):
    async def run(self, parts: list[Part]) -> list:
        log: list = []
        cheap, both, first = attrgetter("price"), attrgetter("name", "price"), itemgetter(0)
        call = partial(act, 1)
        again = partial(call, y=2)
        triple = partial(scale, by=3)
        upper = methodcaller("upper")
        log.append([await call(), await again(), await again(y=5)])
        log.append([part.name for part in sorted(parts, key=cheap)])
        log.append([both(part) for part in parts])
        log.append([upper(part.name) for part in parts])
        log.append(list(map(triple, map(cheap, parts))))
        log.append([first("xyz"), itemgetter(0, -1)([1, 2, 3]), itemgetter("a")({"a": 1})])
        log.append([reduce(operator.mul, [cheap(part) for part in parts], 1), operator.add("a", "b")])
        log.append([triple.keywords, triple.func(4), again.args])
        log.append([operator.contains([1], 1), operator.not_(0), operator.truediv(1, 4), operator.getitem("ab", 1)])
        log.append([SECOND("abc"), TENFOLD(4), await STARTED(y=1), sorted(map(BY_PRICE, parts))])
        for wrong in (lambda: first(5), lambda: attrgetter("size")(parts), lambda: itemgetter("b")({"a": 1})):
            try:
                log.append(wrong())
            except (TypeError, AttributeError, KeyError) as error:
                log.append([type(error).__name__, str(error)])
        return log


CASES = [{"parts": [Part("nut", 3), Part("bolt", 1)]}, {"parts": []}]
