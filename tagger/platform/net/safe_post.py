"""One POST to a stranger's server: no redirects, no proxy, bounded in time and size."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from .ssrf_guard import PORTS, AddressError, checked_url, resolve

# A receiver that is there answers the handshake in milliseconds; others wait behind a dead one.
CONNECT_SECONDS = 5.0
# What receivers are told: answer first, work afterwards.
WHOLE_SECONDS = 15.0
# Of an answer only the beginning is shown in the log.
MOST_BYTES = 4096


@dataclass(frozen=True)
class Outcome:
    """The status and the beginning of the answer, or the reason why there is none."""

    status: int | None
    milliseconds: int
    excerpt: str = ""
    error: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    began = time.monotonic()
    try:
        status, answer = _exchange(checked_url(url), body, headers)
    except (AddressError, OSError, HTTPError, HTTPException) as error:
        return Outcome(None, _since(began), error=_reason(error))
    excerpt = answer.decode("utf-8", "replace").replace("\x00", "\ufffd")[:500]
    return Outcome(status, _since(began), excerpt)


def _exchange(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _connected(parts) as connection:
        named = {"Host": _host(parts), **headers}
        connection.request("POST", path, body, named, preload_content=False)
        response = connection.getresponse()
        return response.status, response.read(MOST_BYTES, decode_content=False)


@contextmanager
def _connected(parts: SplitResult) -> Iterator[HTTPConnection]:
    """A connection to one of the looked-up addresses, cut when the whole takes too long."""
    connection = _first_that_answers(parts)
    watchdog = threading.Timer(WHOLE_SECONDS, _cut, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        yield connection
    finally:
        watchdog.cancel()
        connection.close()


def _first_that_answers(parts: SplitResult) -> HTTPConnection:
    failure: Exception = OSError("No address was found.")
    for address in resolve(parts)[:3]:
        connection = _connection(parts, address)
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _connection(parts: SplitResult, address: str) -> HTTPConnection:
    port = parts.port or PORTS[parts.scheme]
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        address,
        port,
        timeout=CONNECT_SECONDS,
        ssl_context=ssl.create_default_context(),
        # The certificate is the host's, though the connection goes to a number.
        server_hostname=parts.hostname,
    )


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _reason(error: Exception) -> str:
    """Short, for the log that the webhook's owner reads."""
    if isinstance(error, TimeoutError):
        return "No answer in time."
    if isinstance(error, socket.gaierror):
        return "The host's name cannot be resolved."
    cause = error.reason if isinstance(error, HTTPError) and hasattr(error, "reason") else error
    return (str(cause) or type(error).__name__)[:200]
