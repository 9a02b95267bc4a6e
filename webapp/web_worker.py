"""Gunicorn's threaded worker, which no client can keep from serving the others.

The stock worker gives a thread to every connection for as long as half a header, half a body or an
answer that nobody reads takes, and waits in its loop for clients to hang up: a few connections that
do nothing silence it. Here

* a connection that has sent no whole header waits in the loop, where it costs a file descriptor;
* bodies that are still to come have half of the threads, and wait for one in the loop;
* a thread whose client takes or sends nothing is given back;
* whoever does not hang up is waited for in the loop.
"""

from __future__ import annotations

import re
import selectors
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from webapp.web_progress import Progress

# A browser sends its header in one go; ten seconds are for the worst of lines.
HEADER_SECONDS = 10.0
# A body or an answer that pauses for longer is given up, and its thread with it.
SILENCE_SECONDS = 30
# Forms and JSON are waited for whole. What is larger is an upload, which must not be held up here.
WAITED_FOR = 64 * 1024
# More of a header than gunicorn takes in any one field: let its parser refuse it.
PEEKED = 2 * WAITED_FOR
# So many bodies wait for a thread, and so long; who comes later is told to come again.
HELD, HELD_SECONDS = 64, 60.0
# What a client has still to read when it has been answered, it has read by then.
LINGER_SECONDS = 2.0

_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
_END_OF_HEADER = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


def has_arrived(start: bytes) -> bool:
    """Whether `start`, what a connection has sent, is a request that work can begin on."""
    end = start.find(_END_OF_HEADER)
    if end < 0:
        # Nothing at all: the other side has closed. Too much: no header is so long.
        return not start or len(start) >= PEEKED
    header = start[: end + 2]
    length = _LENGTH.search(header)
    # Who expects an answer before the body is sent would wait for us.
    if length is None or _EXPECTS.search(header):
        return True
    body = int(length[1])
    return body > WAITED_FOR or len(start) - end - len(_END_OF_HEADER) >= body


def is_whole(start: bytes) -> bool:
    """Whether nothing of the request that begins like this is still to come."""
    end = start.find(_END_OF_HEADER)
    if end < 0:
        return not start
    header = start[: end + 2]
    length = _LENGTH.search(header)
    if length is None:
        return _CHUNKED.search(header) is None
    return len(start) - end - len(_END_OF_HEADER) >= int(length[1])


class PatientWorker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of each connection in the loop, until when it may be there; the first is due first.
        self._arriving: dict[TConn, float] = {}
        self._held: dict[TConn, float] = {}
        self._lingering: dict[TConn, float] = {}
        # Those in threads: how far they were, and when; and of which a body is still to come.
        self._served: dict[TConn, tuple[float, Progress | None]] = {}
        self._bodies: set[TConn] = set()
        # A flood of connections must not keep the next one from being accepted.
        self._most_in_loop = self.worker_connections // 2

    def enqueue_req(self, conn: TConn) -> None:
        """Instead of at once: when the request has arrived."""
        read_ahead = conn.parser is not None and conn.parser.unreader.buf.getvalue()
        if read_ahead:
            self._serve(conn, body=not is_whole(read_ahead))
            return
        self._arriving[conn] = time.monotonic() + HEADER_SECONDS
        self._look(conn)
        if len(self._arriving) > self._most_in_loop:
            self._drop(next(iter(self._arriving)))

    def finish_request(self, conn: TConn, done: Future[Any]) -> None:
        """Called in the loop when a thread is through with a request."""
        self._served.pop(conn, None)
        self._bodies.discard(conn)
        if done.cancelled() or done.exception() is not None or not done.result():
            self._linger(conn)
        else:
            super().finish_request(conn, done)
        self._serve_held()

    def murder_pending(self) -> None:
        """Called by the loop every second at least."""
        super().murder_pending()
        now = time.monotonic()
        # A worker that stops answers what has arrived, and waits for nothing else.
        for conn in _due(self._arriving, now if self.alive else None):
            self._drop(conn)
        for conn in _due(self._held, now if self.alive else None):
            self._refuse(conn)
        for conn in _due(self._lingering, now):
            self._drop(conn)
        for conn in list(self._served):
            self._watch(conn, now)

    def _look(self, conn: TConn) -> None:
        start = _peek(conn.sock)
        if start is None or not has_arrived(start):
            # Woken only by more than there is already: the loop must not spin on half a header.
            least = 1 if start is None else len(start) + 1
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)
            self._wake(conn, self._look)
            return
        del self._arriving[conn]
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        silence = struct.pack("ll", SILENCE_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        conn.data_ready = True
        self._serve(conn, body=not is_whole(start))

    def _serve(self, conn: TConn, *, body: bool) -> None:
        """With a thread; what a body is still to come of, when one is free for that."""
        if body and len(self._bodies) >= max(1, self.cfg.threads // 2):
            self._held[conn] = time.monotonic() + HELD_SECONDS
            if len(self._held) > HELD:
                self._refuse(conn)
            return
        if body:
            self._bodies.add(conn)
        self._served[conn] = time.monotonic(), Progress.of(conn.sock)
        super().enqueue_req(conn)

    def _serve_held(self) -> None:
        if self._held and self.alive:
            conn = next(iter(self._held))
            del self._held[conn]
            self._serve(conn, body=True)

    def _watch(self, conn: TConn, now: float) -> None:
        since, before = self._served[conn]
        progress = Progress.of(conn.sock)
        if before is None or progress is None:
            return
        # An answer that begins now is judged from now on.
        if now - since < SILENCE_SECONDS and not (progress.outgoing and not before.outgoing):
            return
        with suppress(OSError):
            if progress.takes_nothing(before, now - since):
                conn.sock.shutdown(socket.SHUT_RDWR)
            elif conn in self._bodies and progress.sends_nothing(before, now - since):
                # The answer can still be sent, if it is that which is being worked on.
                conn.sock.shutdown(socket.SHUT_RD)
        self._served[conn] = now, progress

    def _refuse(self, conn: TConn) -> None:
        self._held.pop(conn, None)
        with suppress(OSError):
            conn.sock.setblocking(False)
            conn.sock.send(_BUSY)
        self._linger(conn)

    def _linger(self, conn: TConn) -> None:
        """Until the client has hung up: what it has sent and nobody read would make the kernel
        take back the end of the answer (RFC 9112, section 9.6).
        """
        self._lingering[conn] = time.monotonic() + LINGER_SECONDS
        try:
            conn.sock.setblocking(False)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        self._wake(conn, self._drain)
        if len(self._lingering) > self._most_in_loop:
            self._drop(next(iter(self._lingering)))

    def _drain(self, conn: TConn) -> None:
        try:
            more = conn.sock.recv(PEEKED)
        except BlockingIOError:
            more = b" "
        except OSError:
            more = b""
        if more:
            self._wake(conn, self._drain)
        else:
            self._drop(conn)

    def _wake(self, conn: TConn, then: Callable[[TConn], None]) -> None:
        """When the client has sent something, once."""

        def woken(_socket: socket.socket) -> None:
            self.poller.unregister(conn.sock)
            then(conn)

        self.poller.register(conn.sock, selectors.EVENT_READ, woken)

    def _drop(self, conn: TConn) -> None:
        self._arriving.pop(conn, None)
        self._lingering.pop(conn, None)
        with suppress(KeyError, ValueError, OSError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


def _due(waiting: dict[TConn, float], now: float | None) -> list[TConn]:
    """Whose time is over; all of them where there is no more time."""
    return [conn for conn, until in waiting.items() if now is None or until < now]


def _peek(connection: socket.socket) -> bytes | None:
    """What has come so far, left where it is; empty at the end, None while nothing has come."""
    try:
        return connection.recv(PEEKED, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""
