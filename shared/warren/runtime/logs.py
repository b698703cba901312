"""Structured logs on standard error: JSON for machines, coloured lines on a terminal. Knows no service's events."""

from __future__ import annotations

import logging
import sys
from typing import Literal

from warren.runtime.lazy_imports import deferred
from warren.sdk.context import current_context

with deferred("rich.console", "rich.pretty", "rich.traceback"):  # a tenth of a second, for tracebacks on a terminal
    import structlog
    from structlog.typing import EventDict, FilteringBoundLogger, Processor

Level = Literal["debug", "info", "warning", "error"]

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NOISY = ("aiohttp.access", "asyncio", "opentelemetry")
_SILENT = ("aio_pika", "aiormq")
"""They log every failed attempt to connect as an error; the adapter says once what there is to say."""


def configure_logs(*, service: str, level: Level, style: Literal["auto", "json", "console"]) -> None:
    """Set up logging of the whole process, once. Other libraries' records come out in the same form.

    What an action logs, through `logging` or structlog, in its own task, in a thread of a plain `def` or in tasks that
    it starts, says which attempt it is: `run_id`, `workflow`, `invocation`, `attempt`, `action`.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_attempt,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderers: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(_LEVELS[level], logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(service=service)


def _add_attempt(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Say which attempt of which action wrote a line. What the line says itself is left."""
    attempt = current_context.get(None)
    if attempt is not None:
        line.setdefault("run_id", str(attempt.run_id))
        line.setdefault("workflow", attempt.workflow)
        line.setdefault("invocation", attempt.invocation)
        line.setdefault("attempt", attempt.attempt)
        line.setdefault("action", attempt.action)
    return line


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger for one module: `log.info("event name", key=value)`. Never one line per action at INFO."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger


def level_number(level: Level) -> int:
    """What `log.log` takes."""
    return _LEVELS[level]
