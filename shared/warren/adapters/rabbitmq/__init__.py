"""The broker port on RabbitMQ: `RabbitBroker`."""

from __future__ import annotations

from warren.adapters.rabbitmq.broker import RabbitBroker

__all__ = ["RabbitBroker"]
