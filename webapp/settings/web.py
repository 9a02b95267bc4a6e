"""How many requests are answered at once."""

from __future__ import annotations

from . import environment

__all__ = ["WEB_PROCESSES", "WEB_THREADS"]

WEB_PROCESSES = environment.whole("WEB_PROCESSES", 2, least=1)
WEB_THREADS = environment.whole("WEB_THREADS", 8, least=1)
