"""One line an event, to standard error: the supervisor or the container engine keeps it."""

from __future__ import annotations

from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

from . import environment

__all__ = ["LOGGING"]

_level = environment.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
_format = environment.choice("LOG_FORMAT", "text", ["text", "json"])

FORMATTERS: dict[str, Any] = {
    "text": {
        "format": "{asctime} {levelname:<7} {request_id} {job_id} {name}: {message}",
        "style": "{",
    },
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "format": "{levelname}{name}{message}{request_id}{job_id}",
        "style": "{",
        "timestamp": "time",
        "rename_fields": {"levelname": "level", "name": "logger"},
        # Django hands its request along, and an address may hold what nobody else should read.
        "reserved_attrs": [*RESERVED_ATTRS, "request", "server_time"],
    },
}
_OURS: dict[str, Any] = {"handlers": ["stderr"], "propagate": False, "level": "INFO"}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": FORMATTERS[_format]},
    "filters": {"context": {"()": "tagger.platform.log_context.LogContextFilter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["context"],
        }
    },
    "root": {"handlers": ["stderr"], "level": _level},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # The access log has the same, with more.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "gunicorn.error": _OURS,
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
