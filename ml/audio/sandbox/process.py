"""The decoder server of this process: started at the first file, and again should it ever end."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[3]
# A decoder has no business with keys, addresses and passwords; these only let Python start.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "LANG", "LC_ALL")


class DecoderProcess:
    """Sends requests to a server; safe in any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, channel: socket.socket, lifeline: socket.socket, file: int) -> None:
        """Have a child read `file` and answer on `channel`."""
        descriptors = [channel.fileno(), lifeline.fileno(), file]
        with self._lock:
            try:
                socket.send_fds(self._running(), [b"."], descriptors)
            except (BrokenPipeError, ConnectionResetError):
                self._end()
                socket.send_fds(self._running(), [b"."], descriptors)

    def _running(self) -> socket.socket:
        if self._control is None or self._process is None or self._process.poll() is not None:
            self._end()
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = _start(theirs)
        return self._control

    def end(self) -> None:
        """It ends as soon as the socket is closed, and its children with it."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.wait()
        self._control = self._process = None

    def forget(self) -> None:
        """For a forked process: the server belongs to the parent."""
        if self._control:
            self._control.close()
        self.__init__()  # type: ignore[misc]


def _start(control: socket.socket) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "ml.audio.sandbox.server"],
        cwd=_FOLDER,
        # Threads of a linear algebra library would not survive the fork.
        env=kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        # Not the terminal's group: Ctrl-C is for whoever reads, and ends this by closing.
        process_group=0,
    )


DECODERS = DecoderProcess()
atexit.register(DECODERS.end)
os.register_at_fork(after_in_child=DECODERS.forget)
