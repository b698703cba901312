"""A request as it was delivered: what is asked, of which run, and who waits for the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from warren.contracts import messages, requests, wire
from warren.engine.program.built_in_queries import BUILT_IN
from warren.ports import Delivery
from warren_compiler.request_ids import id_of


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    delivery: Delivery
    body: requests.Request
    id: str

    @classmethod
    def read(cls, delivery: Delivery) -> Self:
        """The request in a message, whose routing key says of which kind it is; raises `MessageError`."""
        body = wire.load(requests.KINDS.get(delivery.routing_key, requests.SignalRun), delivery.body)
        return cls(delivery, body, id_of(delivery, body))

    @property
    def place(self) -> requests.Place:
        """The run that it is about."""
        return self.body.place

    @property
    def run_id(self) -> UUID | None:
        """The id of that run, where the request says it."""
        return self.place if isinstance(self.place, UUID) else None

    @property
    def asker(self) -> messages.AskingRun | None:
        """The run that asks, where one does."""
        return self.body.asker if isinstance(self.body, requests.RunRequest) else None

    @property
    def is_about_history(self) -> bool:
        """Whether it asks about the run itself, and not about the one that may go on in its place."""
        return isinstance(self.body, requests.QueryRun) and self.body.query in BUILT_IN

    @property
    def reply(self) -> messages.RequestReply | None:
        """Where somebody waits for the answer."""
        if self.asker is not None:
            return messages.RequestReply(run=self.asker)
        delivery = self.delivery
        if not delivery.reply_to:
            return None
        return messages.RequestReply(reply_to=delivery.reply_to, correlation_id=delivery.correlation_id)
