"""`itertools`: iterators that live across awaits, are moved on in between, and end as CPython's do."""

import itertools
from itertools import chain, groupby, islice

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class ItertoolsFunctions(Workflow):
    async def run(self, items: list[int]) -> list:
        log: list = []
        kept = {
            "chain": chain(items, "ab", range(2)),
            "flat": chain.from_iterable([items, [7]]),
            "islice": islice(items, 1, None, 2),
            "accumulate": itertools.accumulate(items, initial=100),
            "largest": itertools.accumulate(items, max),
            "count": itertools.count(5, -2),
            "cycle": itertools.cycle(items),
            "repeat": itertools.repeat("x", 3),
            "starmap": itertools.starmap(divmod, [(7, 2), (9, 4)]),
            "takewhile": itertools.takewhile(lambda x: x < 3, items),
            "dropwhile": itertools.dropwhile(lambda x: x < 2, items),
            "filterfalse": itertools.filterfalse(None, items),
            "compress": itertools.compress("abcd", items),
            "pairwise": itertools.pairwise(items),
            "zip_longest": itertools.zip_longest(items, "ab", fillvalue="-"),
            "product": itertools.product(items[:2], "ab"),
            "twice": itertools.product(items[:2], repeat=2),
            "permutations": itertools.permutations(items[:3], 2),
            "combinations": itertools.combinations(items, 2),
            "with": itertools.combinations_with_replacement(items[:2], 2),
        }
        for _ in range(4):
            for name, iterator in kept.items():
                log.append([name, await act(next(iterator, "end"))])
        first, second = itertools.tee(items)
        log.append([next(first, None), await act(list(second)), list(first)])
        for key, group in groupby(items, key=lambda x: x % 2):
            log.append([key, await act(next(group)), list(group)])
        groups = groupby("aabbcc")
        _, passed = next(groups)
        log.append([next(groups)[0], list(passed), await act(1), [(key, list(group)) for key, group in groups]])
        log.append(dict(zip(items, itertools.count())))
        log.append([sum(islice(itertools.cycle(items), 7)) if items else 0, str(itertools.repeat(1, 2))])
        log.append(repr(itertools.count(3)))
        for wrong in (lambda: islice(items, -1), lambda: itertools.combinations(items, -1), lambda: chain(1)):
            try:
                log.append(list(wrong()))
            except (TypeError, ValueError) as error:
                log.append(str(error))
        return log


CASES = [{"items": [1, 0, 2, 2, 5]}, {"items": []}, {"items": [3]}]
