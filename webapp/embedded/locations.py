"""Where the embedded services of one data folder live. Settings and launcher must agree on it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# A socket's address holds 107 bytes; Postgres appends up to 20 to its folder's.
LONGEST_FOLDER = 85
PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Locations:
    data_dir: Path

    @property
    def postgres_data(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def broker_data(self) -> Path:
        return self.data_dir / "broker"

    @property
    def static(self) -> Path:
        return self.data_dir / "static"

    @property
    def logs(self) -> Path:
        return self.data_dir / "log"

    @property
    def lock(self) -> Path:
        return self.data_dir / "serve.lock"

    @property
    def sockets(self) -> Path:
        """In the data folder, or in the temporary one where that path is too long or not plain."""
        own = self.data_dir / "run"
        if len(str(own)) <= LONGEST_FOLDER and PLAIN.fullmatch(str(own)):
            return own
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"tonemark-{os.getuid()}-{name}"

    @property
    def broker_socket(self) -> Path:
        return self.sockets / "broker.sock"

    @property
    def database_url(self) -> str:
        return f"postgres://postgres@/{quote(str(self.sockets))}/tonemark"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{quote(str(self.broker_socket))}"
