"""What would make a start fail later is found out first, and said in one sentence."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from .errors import ServeError


def need_port(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ServeError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken. Stop the program that uses it, "
            f"or choose another: bin/serve --port {port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Use one above 1023."
    return f"{host} is no address of this machine that can be listened on: {error.strerror}."


def only_one(lock: Path) -> IO[str]:
    """Hold this file open: the kernel frees the lock when the process ends, however it ends."""
    file = lock.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        raise ServeError(
            f"Tonemark already runs on {lock.parent} (process {file.read().strip()}). "
            "Stop that one first, or use another --data-dir."
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
