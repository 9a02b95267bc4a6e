"""Gunicorn's threaded worker, which gives a thread to none but requests that have arrived.

A connection that sends half a header holds a thread of the stock worker for as long as it likes,
and a few such connections all threads there are. Here they wait in the loop, where one costs a file
descriptor, and are closed when their time is up.
"""

from __future__ import annotations

import re
import selectors
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# A browser sends its header in one go; ten seconds are for the worst of lines.
HEADER_SECONDS = 10.0
# A body that pauses for longer is given up, and its thread with it.
SILENCE_SECONDS = 30
# Forms and JSON are waited for whole. What is larger is an upload, which only people who have
# signed in may send, and which must not be held up here.
WAITED_FOR = 64 * 1024
# More of a header than gunicorn takes in any one field: let its parser refuse it.
PEEKED = 2 * WAITED_FOR

_END_OF_HEADER = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


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


class PatientWorker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # When each connection's request must have arrived; the first is due first.
        self._arriving: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Instead of at once: when the request has arrived."""
        read_ahead = conn.parser is not None and conn.parser.unreader.buf.getvalue()
        if read_ahead:
            super().enqueue_req(conn)
        else:
            self._arriving[conn] = time.monotonic() + HEADER_SECONDS
            self._look(conn)

    def murder_pending(self) -> None:
        """Called by the loop every second at least."""
        super().murder_pending()
        now = time.monotonic()
        # A worker that stops answers what has arrived, and waits for nothing else.
        late = [conn for conn, due in self._arriving.items() if due < now or not self.alive]
        for conn in late:
            del self._arriving[conn]
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def _look(self, conn: TConn) -> None:
        start = _peek(conn.sock)
        if start is None or not has_arrived(start):
            # Woken only by more than there is already: the loop must not spin on half a header.
            least = 1 if start is None else len(start) + 1
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)
            wake = partial(self._more, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, wake)
            return
        del self._arriving[conn]
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        silence = struct.pack("ll", SILENCE_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        conn.data_ready = True
        super().enqueue_req(conn)

    def _more(self, conn: TConn, _socket: socket.socket) -> None:
        self.poller.unregister(conn.sock)
        self._look(conn)


def _peek(connection: socket.socket) -> bytes | None:
    """What has come so far, left where it is; empty at the end, None while nothing has come."""
    try:
        return connection.recv(PEEKED, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""
