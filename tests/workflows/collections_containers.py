"""`collections`: Counter, defaultdict, OrderedDict and deque, kept across awaits and sent to actions."""

from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from warren import Workflow, action, workflow


@dataclass
class Holder:
    waiting: deque = field(default_factory=deque)
    counts: Counter = field(default_factory=Counter)
    order: OrderedDict = field(default_factory=OrderedDict)
    groups: defaultdict = field(default_factory=defaultdict)


class Held(BaseModel):
    waiting: deque[int] = Field(default_factory=deque)
    counts: Counter[str] = Field(default_factory=Counter)


@action
async def act(x: object) -> object:
    return x


@action
async def most(counts: Counter) -> list:
    return counts.most_common(1)


@workflow
class CollectionsContainers(Workflow):
    async def run(self, words: list[str]) -> list:
        log: list = []
        first, second, model = Holder(), Holder(), Held()
        first.waiting.append(1)
        first.counts.update("aab")
        model.waiting.append(2)
        log.append([await act(first), second, repr(second.order), len(second.groups), model, Held()])
        counts = Counter(words)
        counts.update(await act(["x", "x"]))
        counts["y"] -= 1
        log.append([counts, counts["missing"], counts.most_common(2), counts.total(), sorted(counts.elements())])
        log.append([counts + Counter(x=1), counts - Counter(x=1), counts & Counter(x=9), +counts, repr(counts)])
        log.append([await most(counts), type(await act(counts)).__name__, isinstance(counts, dict)])
        by_length: defaultdict = defaultdict(list)
        for word in words:
            by_length[len(word)].append(await act(word))
        nested: defaultdict = defaultdict(lambda: defaultdict(int))
        for word in words:
            nested[word[:1]][word] += 1
            await act(word)
        log.append([by_length, {key: dict(inner) for key, inner in nested.items()}, by_length.get(99), 99 in by_length])
        log.append([await act(by_length), dict(by_length), repr(defaultdict(set, a={1}))])
        queue = deque(words, maxlen=4)
        alias = queue
        seen = []
        while queue:
            word = queue.popleft()
            seen.append(await act(word))
            if len(word) > 3:
                alias.append(word[1:])
        queue.extend("abcdef")
        queue.rotate(1)
        queue.appendleft("z")
        log.append([seen, queue, queue.maxlen, alias is queue, list(reversed(queue)), queue[1], "z" in queue])
        log.append([(await act(queue)).copy(), queue + deque("x"), repr(queue), queue == deque(["z", "f", "c", "d"])])
        try:
            for letter in queue:
                if await act(letter) == "f":
                    queue.append(letter)
        except RuntimeError as error:
            log.append(str(error))
        for place, letter in enumerate(reversed(queue)):
            log.append([place, await act(letter)])
        ordered = OrderedDict((word, len(word)) for word in words)
        for word in words[:1]:
            ordered.move_to_end(await act(word))
        log.append([ordered, list(ordered), ordered == dict(ordered), await act(ordered)])
        try:
            deque().pop()
        except IndexError as error:
            log.append(str(error))
        return log


CASES = [{"words": ["apple", "fig", "apple", "kiwi"]}, {"words": []}]
