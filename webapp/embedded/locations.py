"""Where the embedded Postgres and broker of a data folder listen: unix sockets, nothing on the network."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

# A unix socket's whole path must fit into 107 bytes; Postgres appends ".s.PGSQL.5432.lock".
LONGEST = 85


def data_dir() -> Path:
    default = Path(__file__).resolve().parent.parent.parent / "var"
    return Path(os.environ.get("TONEMARK_DATA_DIR") or default).expanduser().resolve()


def run_dir(data: Path) -> Path:
    """The folder of the sockets: inside the data folder unless its path is too long for a socket."""
    inside = data / "run"
    if len(os.fsencode(inside)) <= LONGEST:
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tonemark-{os.getuid()}-{digest}"


def database_url(data: Path) -> str:
    return f"postgres://postgres@{quote(str(run_dir(data)), safe='')}/tonemark"


def broker_url(data: Path) -> str:
    return f"redis+socket://{quote(str(run_dir(data) / 'valkey.sock'))}?virtual_host=0"
