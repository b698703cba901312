"""Empty virtual hosts of a RabbitMQ, made some at a time: the start of `rabbitmqctl`, an Erlang, is all it costs."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

AT_A_TIME = 10


def vhost_expression(*names: str, user: str = "guest") -> str:
    """What makes virtual hosts and gives a user everything in them, in one call of `rabbitmqctl eval`."""
    all_of_it = '<<".*">>, <<".*">>, <<".*">>'
    return (
        ", ".join(
            f'rabbit_vhost:add(<<"{name}">>, <<"tests">>), '
            f'rabbit_auth_backend_internal:set_permissions(<<"{user}">>, <<"{name}">>, {all_of_it}, <<"tests">>)'
            for name in names
        )
        + "."
    )


class VirtualHosts:
    """Those of the server at `url`, which ends with a slash; `evaluate` calls its `rabbitmqctl eval`."""

    def __init__(self, url: str, evaluate: Callable[[str], object]) -> None:
        self._url = url
        self._evaluate = evaluate
        self._unused: list[str] = []

    def new(self) -> str:
        """URL of one that nobody has used."""
        if not self._unused:
            names = [f"test-{uuid4().hex[:8]}" for _ in range(AT_A_TIME)]
            self._evaluate(vhost_expression(*names))
            self._unused = names
        return f"{self._url}{quote(self._unused.pop(), safe='')}"
