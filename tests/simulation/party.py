"""The other party in the simulation: it completes, fails, heartbeats or forgets the actions whose tokens it is handed.

It is careful: it asks again until it is answered, and says the same several times; and once it has been believed, it
may say something else, which must be refused.
"""

from __future__ import annotations

import asyncio
import random
from itertools import count
from typing import Any, Final

from tests.chaos.elsewhere import answer_of

from warren.contracts import messages, names, wire
from warren.contracts.task_tokens import read_token
from warren.ports import Broker, OutgoingMessage

_ASK_AGAIN_SECONDS: Final = 7.0
_TOO_LATE: Final = frozenset({"action_not_open", "run_ended"})


class Party:
    """Afterwards `problems` has what should not have been said to it, `said` how often it was heard, by what."""

    def __init__(self, broker: Broker) -> None:
        self.problems: list[str] = []
        self.said: dict[str, int] = {"result": 0, "error": 0, "details": 0, "refused": 0}
        self._broker = broker
        self._handed: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self._known: set[str] = set()
        self._numbers = count(1)
        self._steps = count(1)
        self._waiting: dict[str, asyncio.Future[messages.Reply]] = {}

    def hand(self, token: str, number: int) -> None:
        """An action hands its token over, again where it is executed again."""
        if token not in self._known:
            self._known.add(token)
            self._handed.put_nowait((token, number))

    async def run(self, replies: str) -> None:
        """Serve for ever; answers come to the queue `replies`, and from there to `take`."""
        async with asyncio.TaskGroup() as group:
            while True:
                token, number = await self._handed.get()
                group.create_task(self._serve(token, number, replies))

    def take(self, correlation_id: str | None, reply: messages.Reply) -> bool:
        """An answer; false where it is none for this party."""
        if correlation_id is None or not correlation_id.startswith("party-"):
            return False
        waiting = self._waiting.get(correlation_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)
        return True

    async def _serve(self, token: str, number: int, replies: str) -> None:
        source, attempt = random.Random(token), read_token(token).attempt
        await asyncio.sleep(source.choice((0.0, 0.5, 4.0)) * source.random())
        for _ in range(source.randint(0, 2)):
            await self._say(token, replies, source, details=next(self._steps))
        if attempt < 3 and source.random() < 0.15:
            return  # it is forgotten, and times out
        if attempt < 3 and source.random() < 0.4:
            await self._say(token, replies, source, error="no")
            return
        is_believed = await self._say(token, replies, source, result=answer_of(number))
        if is_believed and source.random() < 0.5 and await self._say(token, replies, source, result=-1):
            self.problems.append(f"{read_token(token)} was completed twice, with different results")

    async def _say(self, token: str, replies: str, source: random.Random, **said: Any) -> bool:
        """Say one thing, in as many copies as `source` wants, until each is answered; whether it was believed."""
        copies = source.choice((1, 1, 2, 3))
        same = next(self._numbers)
        ids = [f"same-{same}" if "details" in said else f"copy-{same}-{number}" for number in range(copies)]
        answers = [self._ask(token, replies, said, each) for each in ids]
        codes = {_code(reply) for reply in await asyncio.gather(*answers)}
        if not codes <= {"", *_TOO_LATE}:
            self.problems.append(f"{said} about {read_token(token)} was answered with {sorted(codes)}")
        if len(codes - {"run_ended"}) > 1 and "details" not in said:
            self.problems.append(f"copies of {said} about {read_token(token)} were answered with {sorted(codes)}")
        is_heard = "" in codes
        self.said[next(iter(said)) if is_heard else "refused"] += 1
        return is_heard

    async def _ask(self, token: str, replies: str, said: dict[str, Any], request_id: str) -> messages.Reply:
        request = messages.CompleteAction(token=token, id=request_id, **said)
        correlation_id = f"party-{next(self._numbers)}"
        future = self._waiting[correlation_id] = asyncio.get_running_loop().create_future()
        message = OutgoingMessage(
            names.COMMANDS_EXCHANGE,
            names.COMPLETE_ACTION_KEY,
            wire.dump(request),
            reply_to=replies,
            correlation_id=correlation_id,
        )
        while True:
            await self._broker.publish([message])
            done, _ = await asyncio.wait([future], timeout=_ASK_AGAIN_SECONDS)
            if done and _code(future.result()) != "run_not_found":
                return future.result()
            if done:
                future = self._waiting[correlation_id] = asyncio.get_running_loop().create_future()


def _code(reply: messages.Reply) -> str:
    """The code of a refusal; empty for what was done."""
    return reply.error.code if isinstance(reply, messages.Refused) else ""
