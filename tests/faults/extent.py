"""How much is tried: a little of everything in each run of the tests, and all of it when asked.

In full, which takes over an hour: TONEMARK_FAULTS=full .venv/bin/pytest tests/faults
"""

from __future__ import annotations

import os

IN_FULL = os.environ.get("TONEMARK_FAULTS") == "full"
UPLOADS = 200 if IN_FULL else 20
DEATHS = 200 if IN_FULL else 8
FUZZ_SECONDS = 600 if IN_FULL else 12
