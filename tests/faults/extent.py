"""How much is tried: a little of everything in each run of the tests, and all of it when asked.

In full: bin/endure, whose options are these variables.
"""

from __future__ import annotations

import os

IN_FULL = os.environ.get("TONEMARK_FAULTS") == "full"


def _extent(name: str, short: int, full: int) -> int:
    return int(os.environ.get(f"TONEMARK_FAULT_{name}") or (full if IN_FULL else short))


UPLOADS = _extent("UPLOADS", 20, 10_000)
KILLS = _extent("KILLS", 9, 100)
DEATHS = _extent("DEATHS", 8, 200)
FUZZ_SECONDS = _extent("FUZZ_SECONDS", 12, 600)
