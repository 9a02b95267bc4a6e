"""What a decoder gives up before it looks at its file. There is no way back."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from . import seccomp
from .budget import MEMORY

# Standard streams, the file, the socket: no number is left for another.
OPEN_FILES = 5
# Of the processor, between SIGXCPU and SIGKILL: enough to end by the former under any load.
_MARGIN_SECONDS = 5


class Sandbox:
    """Made once, by the server, so that entering it costs a child next to nothing."""

    def __init__(self) -> None:
        self.filter = seccomp.Filter() if seccomp.can_refuse_syscalls() else None
        # macOS knows the limit of a process's address space, but does not hold it.
        self.memory = _mapped() + MEMORY if sys.platform == "linux" else None

    def enter(self, cpu_seconds: int, file_bytes: int = 0) -> None:
        """Limit this process for good: memory, time, nothing opened or started.

        No file can be written to beyond `file_bytes`; 0: not at all.
        """
        if self.memory is not None:
            _limit(resource.RLIMIT_AS, self.memory)
        # SIGXCPU first, which says what happened; then SIGKILL.
        _limit(resource.RLIMIT_CPU, cpu_seconds, margin=_MARGIN_SECONDS)
        _limit(resource.RLIMIT_FSIZE, file_bytes)
        for what in (resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
            _limit(what, 0)
        _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
        if self.filter is not None:
            self.filter.install()


def _limit(what: int, most: int, margin: int = 0) -> None:
    """A limit that is lower already stays."""
    hard = resource.getrlimit(what)[1]
    highest = most + margin if hard == resource.RLIM_INFINITY else min(hard, most + margin)
    resource.setrlimit(what, (min(most, highest), highest))


def _mapped() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
