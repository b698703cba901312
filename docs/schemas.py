"""Generates docs/reference/asyncapi.json: every exchange, queue and message, for clients in any language.

Its sources are the message classes and the names in `warren.contracts`.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from warren.contracts import messages, names
from warren.contracts.requests import KINDS

TARGET = Path(__file__).parent / "reference" / "asyncapi.json"

Message = type[BaseModel]

MESSAGES: tuple[Message, ...] = (
    messages.StartRun,
    messages.RegisterWorkflows,
    *KINDS.values(),
    messages.RunAccepted,
    messages.RunFinished,
    messages.WorkflowsRegistered,
    messages.RequestDone,
    messages.Refused,
    messages.ActionBatch,
    messages.SharedActionBatch,
    messages.CancelActions,
    messages.EventBatch,
)
REPLIES: tuple[Message, ...] = (
    messages.RunAccepted,
    messages.RunFinished,
    messages.WorkflowsRegistered,
    messages.RequestDone,
    messages.Refused,
)
HEADERS = {
    names.HEADER_TRACEPARENT: "W3C Trace Context of the sender.",
    names.HEADER_TRACESTATE: "W3C Trace Context of the sender.",
}


def build() -> dict[str, Any]:
    """The AsyncAPI 3.0 document."""
    _, schemas = models_json_schema(
        [(cls, "validation") for cls in MESSAGES], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Warren",
            "version": version("warren"),
            "description": "Messages of Warren on RabbitMQ (AMQP 0-9-1). Bodies are UTF-8 JSON. To start a run, "
            "publish a StartRun; actions and events are what coordinators and workers say to each other.",
        },
        "defaultContentType": "application/json",
        "servers": {"rabbitmq": {"host": "127.0.0.1:5672", "protocol": "amqp", "protocolVersion": "0.9.1"}},
        "channels": {
            "start": _channel(names.COMMANDS_EXCHANGE, "direct", names.START_KEY, [messages.StartRun]),
            "register": _channel(names.COMMANDS_EXCHANGE, "direct", names.REGISTER_KEY, [messages.RegisterWorkflows]),
            **{key: _channel(names.COMMANDS_EXCHANGE, "direct", key, [kind]) for key, kind in KINDS.items()},
            "replies": {
                "address": None,
                "description": "The queue that AMQP's reply_to named; correlation_id comes back.",
                "messages": _references(REPLIES),
            },
            "lifecycle": _channel(
                names.LIFECYCLE_EXCHANGE, "topic", names.lifecycle_key("{status}", "{workflow}"), [messages.RunFinished]
            )
            | {
                "parameters": {
                    "status": {"enum": [status.value for status in messages.RunStatus if status != "running"]},
                    "workflow": {"description": "Name of the workflow."},
                }
            },
            "actions": _channel(
                names.ACTIONS_EXCHANGE, "direct", "{queue}", [messages.ActionBatch, messages.SharedActionBatch]
            )
            | {"parameters": {"queue": {"default": names.DEFAULT_ACTION_QUEUE}}},
            "events": _channel(names.EVENTS_EXCHANGE, "direct", "{shard}", [messages.EventBatch])
            | {"parameters": {"shard": {"description": "The `shard` of the RunAction that the event answers."}}},
            "control": _channel(names.CONTROL_EXCHANGE, "fanout", "", [messages.CancelActions]),
        },
        "operations": {
            "startRun": _operation("send", "start", "Start a run.")
            | {"reply": {"address": {"location": "$message.header#/replyTo"}, "channel": _channel_ref("replies")}},
            "registerWorkflows": _operation("send", "register", "Publish programs; workers do this at start.")
            | {"reply": {"address": {"location": "$message.header#/replyTo"}, "channel": _channel_ref("replies")}},
            **{
                kind.__name__[0].lower() + kind.__name__[1:]: _operation(
                    "send", key, (kind.__doc__ or "").partition("\n")[0]
                )
                | {"reply": {"address": {"location": "$message.header#/replyTo"}, "channel": _channel_ref("replies")}}
                for key, kind in KINDS.items()
            },
            "watchRuns": _operation("receive", "lifecycle", "Bind a queue of your own to see runs end."),
            "runActions": _operation("receive", "actions", "What a worker consumes."),
            "reportEvents": _operation("send", "events", "What a worker answers."),
            "obeyControl": _operation("receive", "control", "What every worker listens to."),
        },
        "components": {
            "messages": {cls.__name__: _message(cls) for cls in MESSAGES},
            "schemas": {name: _without_titles(schema) for name, schema in sorted(schemas["$defs"].items())},
        },
    }


def render() -> str:
    """The document as the file holds it."""
    return json.dumps(build(), indent=2, ensure_ascii=False) + "\n"


def _channel(exchange: str, kind: str, key: str, carried: list[Message]) -> dict[str, Any]:
    description = f"Exchange `{exchange}` ({kind})" + (f", routing key `{key}`." if key else ".")
    binding = {"is": "routingKey", "exchange": {"name": exchange, "type": kind, "durable": True}}
    return {
        "address": key or exchange,
        "description": description,
        "messages": _references(tuple(carried)),
        "bindings": {"amqp": binding},
    }


def _channel_ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/channels/{name}"}


def _operation(kind: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": kind, "channel": _channel_ref(channel), "summary": summary}


def _references(carried: tuple[Message, ...]) -> dict[str, Any]:
    return {cls.__name__: {"$ref": f"#/components/messages/{cls.__name__}"} for cls in carried}


def _message(cls: Message) -> dict[str, Any]:
    headers = {name: {"type": "string", "description": text} for name, text in HEADERS.items()}
    return {
        "name": cls.__name__,
        "summary": (cls.__doc__ or "").split("\n")[0],
        "headers": {"type": "object", "properties": headers},
        "payload": {"$ref": f"#/components/schemas/{cls.__name__}"},
    }


def _without_titles(schema: Any) -> Any:
    """Drop the titles that pydantic derives from field names; they say nothing that the names do not."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))
    }
