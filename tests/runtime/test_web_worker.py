from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.request import Request, urlopen

import pytest

from webapp.web_worker import HELD, PEEKED, WAITED_FOR, has_arrived, is_whole

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
# Two threads, and half a second for a header.
SERVER = """
import sys
from gunicorn.app.base import BaseApplication
from webapp import web_worker

web_worker.HEADER_SECONDS = 0.5
web_worker.SILENCE_SECONDS = 1

def echo(environ, start_response):
    if environ["PATH_INFO"] == "/long":
        start_response("200 OK", [("Content-Length", str(200 * 10**6))])
        return (bytes(10**6) for _ in range(200))
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


LARGE = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\nand then little"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nand then"
EXPECTING = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
BEHIND = GET + b"\r\nGET / HTTP/1.1\r\nand half a header behind a whole request"
LAST = GET + b"Connection: close\r\n\r\n"


@pytest.mark.parametrize("start", [LARGE, CHUNKED, EXPECTING, BEHIND, LAST])
def test_clients_that_stop_half_way_keep_nobody_from_being_answered(
    server: tuple[str, int], start: bytes
) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            _connect(stack, server, start)
        begun = time.monotonic()
        assert _answer(server) == b"ok"
        # Without waiting for any of them: each would be given up after a second.
        assert time.monotonic() - begun < 10


def test_a_body_that_drips_is_given_up(server: tuple[str, int]) -> None:
    with ExitStack() as stack:
        connection = _connect(stack, server, LARGE)
        connection.settimeout(0.1)
        until = time.monotonic() + 20
        answer = None
        while answer is None and time.monotonic() < until:
            with suppress(TimeoutError, ConnectionError):
                connection.sendall(b".")
                answer = connection.recv(1)
        assert answer is not None


@pytest.mark.slow
def test_answers_that_nobody_reads_are_given_up(server: tuple[str, int]) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(server)
            connection.sendall(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        assert _answer(server) == b"ok"


@pytest.mark.slow
def test_an_answer_that_is_read_slowly_is_sent_whole(server: tuple[str, int]) -> None:
    with ExitStack() as stack:
        connection = _connect(stack, server, b"GET /long HTTP/1.0\r\nHost: a\r\n\r\n")
        received = 0
        while more := connection.recv(4 * 10**6, socket.MSG_WAITALL):
            received += len(more)
            time.sleep(0.06)
        assert received > 200 * 10**6


def test_whoever_sends_too_much_while_others_wait_is_told_to_come_again(
    server: tuple[str, int],
) -> None:
    with ExitStack() as stack:
        waiting = [_connect(stack, server, LARGE) for _ in range(HELD + 2)]
        assert waiting[-1].recv(100).startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize(
    ("start", "whole"),
    [
        (b"", True),
        (GET, False),
        (GET + b"\r\n", True),
        (LARGE, False),
        (CHUNKED, False),
        (EXPECTING, False),
        (EXPECTING + b"123456789", True),
    ],
)
def test_a_request_is_whole_when_its_body_is(start: bytes, whole: bool) -> None:
    assert is_whole(start) is whole


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
