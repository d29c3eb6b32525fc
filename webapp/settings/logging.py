"""Structured logs: one JSON object a line in production, key=value on a terminal, a request id on each."""

from __future__ import annotations

import logging

import structlog

from webapp.settings.env import env

LOG_FORMAT = env.str("PLUMBLINE_LOG_FORMAT", default="json")
_shared: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
_renderer: structlog.typing.Processor = (
    structlog.processors.JSONRenderer() if LOG_FORMAT == "json" else structlog.processors.LogfmtRenderer()
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _renderer,
            ],
            "foreign_pre_chain": _shared,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.str("PLUMBLINE_LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        # One request line comes from django-structlog already.
        "django.request": {"level": "ERROR"},
        # A line for each call of a judge says nothing that its run does not show.
        "httpx2": {"level": "WARNING"},
        "django_structlog": {"level": env.str("PLUMBLINE_REQUEST_LOG_LEVEL", default="INFO")},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# One line a request, when it is done. Addresses are personal data and in the proxy's log; sign-in attempts keep theirs.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
