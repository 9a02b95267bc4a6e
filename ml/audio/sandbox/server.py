"""The decoder server: holds the libraries ready and forks a child for each file.

A single thread, so that forking is safe. Standard input is the socket on which requests come: a
byte with three open files (channel, lifeline, file). The lifeline is closed by whoever asked to
have the child killed, and answered with the child's exit status when it has ended.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket

from .child import run
from .confine import Sandbox
from .operations import preload_modules
from .wire import STATUS


class Server:
    """Forks one child a request and reports how each ended."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.sandbox = Sandbox()
        self.lifelines: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until whoever started it has closed the control socket, or has ended."""
        wakeup = _wakeup_on_child()
        self.selector.register(wakeup, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.control:
                    if not self._accept():
                        return
                elif key.fileobj is wakeup:
                    wakeup.recv(4_096)
                    self._reap()
                else:
                    self._kill(key.data)

    def _accept(self) -> bool:
        byte, numbers, _, _ = socket.recv_fds(self.control, 1, 3)
        if not byte:
            return False
        channel, lifeline, file = numbers
        server = os.getpid()
        child = os.fork()
        if child == 0:
            run(channel, file, server, self.sandbox)
        os.close(channel)
        os.close(file)
        self.lifelines[child] = socket.socket(fileno=lifeline)
        self.selector.register(self.lifelines[child], selectors.EVENT_READ, child)
        return True

    def _kill(self, child: int) -> None:
        if child not in self.lifelines:
            return  # it has ended by itself, and was reaped among the same events
        self.selector.unregister(self.lifelines[child])
        os.kill(child, signal.SIGKILL)

    def _reap(self) -> None:
        while self.lifelines:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            lifeline = self.lifelines.pop(child)
            if lifeline in self.selector.get_map():
                self.selector.unregister(lifeline)
            _tell(lifeline, os.waitstatus_to_exitcode(status))

    def end(self) -> None:
        """Kill the children that still run."""
        for child in self.lifelines:
            os.kill(child, signal.SIGKILL)


def _tell(lifeline: socket.socket, status: int) -> None:
    with lifeline:
        try:
            lifeline.send(STATUS.pack(status))
        except BrokenPipeError:
            return  # whoever asked has what it wanted, and has gone


def _wakeup_on_child() -> socket.socket:
    """A socket that becomes readable when a child has ended."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    signal.set_wakeup_fd(theirs.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return ours


def main() -> None:
    """Serve until the control socket is closed."""
    preload_modules()
    gc.collect()
    gc.freeze()
    server = Server(socket.socket(fileno=0))
    try:
        server.serve()
    finally:
        server.end()


if __name__ == "__main__":
    main()
