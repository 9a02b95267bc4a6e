"""What this process and everything it started have computed: a busy machine does not stretch it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds() -> float:
    """CPU time of this process and its descendants, the ended ones included, in seconds."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            fields = status.read_text().rpartition(")")[2].split()
            process = int(status.parent.name)
            parents[process] = int(fields[1])
            # Its own time, and that of the children it has waited for.
            ticks[process] = sum(map(int, fields[11:15]))
    family = _descendants(os.getpid(), parents)
    return time.process_time() + sum(ticks[process] for process in family) / _TICK


def _descendants(ancestor: int, parents: dict[int, int]) -> set[int]:
    descendants: set[int] = set()
    frontier = {ancestor}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier} - descendants
        descendants |= frontier
    return descendants
