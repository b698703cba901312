"""Structured logs on standard error: JSON for machines, coloured lines on a terminal. Knows no service's events."""

from __future__ import annotations

import logging
import sys
from typing import Literal

from warren.runtime.deferring import deferred

with deferred("rich.console", "rich.pretty", "rich.traceback"):  # a tenth of a second, for tracebacks on a terminal
    import structlog
    from structlog.typing import FilteringBoundLogger, Processor

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NOISY = ("aiohttp.access", "asyncio", "opentelemetry")
_SILENT = ("aio_pika", "aiormq")
"""They log every failed attempt to connect as an error; the adapter says once what there is to say."""


def configure_logs(
    *, service: str, level: Literal["debug", "info", "warning", "error"], style: Literal["auto", "json", "console"]
) -> None:
    """Set up logging of the whole process, once. Other libraries' records come out in the same form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
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


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger for one module: `log.info("event name", key=value)`. Never one line per action at INFO."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger
