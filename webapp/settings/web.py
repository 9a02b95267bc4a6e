"""How many requests are answered at once."""

from __future__ import annotations

from . import environment

__all__ = ["WEB_PROCESSES", "WEB_THREADS"]

# Far beyond any machine that this is for; a slip of the key must not fill its memory.
MOST = 1_000
WEB_PROCESSES = environment.whole("WEB_PROCESSES", 2, least=1, most=MOST)
WEB_THREADS = environment.whole("WEB_THREADS", 8, least=1, most=MOST)
