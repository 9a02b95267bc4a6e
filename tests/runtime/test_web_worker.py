from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.request import Request, urlopen

import pytest

from webapp.web_worker import PEEKED, WAITED_FOR, has_arrived

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
# Two threads, and half a second for a header.
SERVER = """
import sys
from gunicorn.app.base import BaseApplication
from webapp import web_worker

web_worker.HEADER_SECONDS = 0.5
web_worker.SILENCE_SECONDS = 1

def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body) + 2))])
    return [b"ok", body]

class Server(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", "fd://" + sys.argv[1])
        self.cfg.set("worker_class", "webapp.web_worker.PatientWorker")
        self.cfg.set("threads", 2)
        self.cfg.set("control_socket_disable", True)

    def load(self):
        return echo

Server().run()
"""


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        command = [sys.executable, "-c", SERVER, str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])
        try:
            yield listener.getsockname()
        finally:
            process.terminate()
            assert process.wait(30) == 0


def _answer(server: tuple[str, int], body: bytes | None = None) -> bytes:
    request = Request(f"http://{server[0]}:{server[1]}/", data=body)
    with urlopen(request, timeout=20) as answer:
        content: bytes = answer.read()
        return content


def _connect(stack: ExitStack, server: tuple[str, int], start: bytes) -> socket.socket:
    connection = stack.enter_context(socket.create_connection(server, timeout=20))
    connection.sendall(start)
    return connection


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:  # what it had sent was never read
        return True


def test_half_open_connections_take_no_thread_and_are_closed_in_time(
    server: tuple[str, int],
) -> None:
    with ExitStack() as stack:
        beginnings = (b"", b"GET /livez", GET, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")
        waiting = [_connect(stack, server, beginnings[k % 4]) for k in range(24)]
        assert _answer(server) == b"ok"
        for connection in waiting:
            assert _is_closed(connection)
        assert _answer(server) == b"ok"


def test_a_request_that_comes_in_pieces_is_answered(server: tuple[str, int]) -> None:
    with ExitStack() as stack:
        connection = _connect(stack, server, b"POST / HTTP/1.1\r\nHo")
        for piece in (b"st: a\r\nContent-Length: 4\r\n", b"\r\n", b"ab", b"cd"):
            time.sleep(0.05)
            connection.sendall(piece)
        answer = connection.recv(10_000)
        while b"okabcd" not in answer:
            more = connection.recv(10_000)
            assert more
            answer += more
        connection.sendall(GET + b"\r\n")
        assert connection.recv(10_000).startswith(b"HTTP/1.1 200")


def test_large_bodies_go_straight_through(server: tuple[str, int]) -> None:
    body = b"x" * (3 * WAITED_FOR)
    assert _answer(server, body) == b"ok" + body


def test_large_bodies_that_fall_silent_give_their_threads_back(server: tuple[str, int]) -> None:
    start = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\nand then nothing"
    with ExitStack() as stack:
        for _ in range(4):
            _connect(stack, server, start)
        assert _answer(server) == b"ok"


@pytest.mark.parametrize(
    ("start", "arrived"),
    [
        (b"", True),
        (b"GET", False),
        (GET, False),
        (GET + b"\r\n", True),
        (GET + b"content-length: 4\r\n\r\nabc", False),
        (GET + b"content-length: 4\r\n\r\nabcd", True),
        (GET + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n", True),
        (GET + b"Transfer-Encoding: chunked\r\n\r\n", True),
        (GET + b"Content-Length: %d\r\n\r\n" % (WAITED_FOR + 1), True),
        (GET + b"Content-Length: no number\r\n\r\n", True),
        (GET + b"X: " + b"x" * PEEKED, True),
    ],
)
def test_a_request_has_arrived_when_work_can_begin(start: bytes, arrived: bool) -> None:
    assert has_arrived(start) is arrived
