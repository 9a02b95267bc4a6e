"""Under which names the pages may be asked for, when the operator has not said."""

from __future__ import annotations

import os
import socket

LOCAL = ["localhost", "127.0.0.1", "[::1]"]
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  compared with, not bound to


def allow_host(host: str) -> None:
    """Other names, such as a proxy's, are the operator's to list."""
    if os.environ.get("TONEMARK_ALLOWED_HOSTS"):
        return
    names = _own_names() if host in EVERYWHERE else [f"[{host}]" if ":" in host else host]
    os.environ["TONEMARK_ALLOWED_HOSTS"] = ",".join(dict.fromkeys([*LOCAL, *names]))


def _own_names() -> list[str]:
    name = socket.gethostname()
    try:
        addresses = socket.getaddrinfo(name, None, socket.AF_INET)
    except socket.gaierror:
        addresses = []
    return [name.lower(), f"{name.lower()}.local", *(str(entry[4][0]) for entry in addresses)]


def address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def visited(host: str) -> str:
    """The name to print: nobody can visit 0.0.0.0."""
    return "localhost" if host in EVERYWHERE else host
