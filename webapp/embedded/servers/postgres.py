"""The embedded Postgres: a data folder, a unix socket, no port, no password, one owner."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from webapp.embedded.errors import ServeError
from webapp.embedded.locations import Locations

from .binaries import postgres_folder
from .folders import private
from .identity import Identity, postgres_identity

PATIENCE = 60.0
DATABASE = "tonemark"
INITDB_OPTIONS = [
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "--no-instructions",
]


class Postgres:
    name = "database"

    def __init__(self, locations: Locations) -> None:
        self.locations = locations
        self.log = locations.logs / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._await_predecessor()
        private(self.locations.logs)
        private(self.locations.sockets)
        identity = postgres_identity(self.locations)
        if not (self.locations.postgres_data / "PG_VERSION").exists():
            self._initialise(identity)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # SIGINT is Postgres' fast shutdown.
                **identity.popen(signal.SIGINT),
            )
        self._await_answer()
        self._ensure_database()

    def _await_predecessor(self) -> None:
        """One whose supervisor was killed shuts down by itself; that takes a moment."""
        until = time.monotonic() + PATIENCE
        while _served(self.locations.postgres_data):
            if time.monotonic() > until:
                raise ServeError(f"Another Postgres uses {self.locations.postgres_data}.")
            time.sleep(0.05)

    def _initialise(self, identity: Identity) -> None:
        """Into a draft first: an interrupted initdb leaves nothing that looks like a database."""
        draft = identity.own(self.locations.postgres_data.with_name("postgres.new"))
        made = subprocess.run(
            [postgres_folder() / "initdb", "-D", draft, *INITDB_OPTIONS],
            capture_output=True,
            text=True,
            check=False,
            **identity.popen(signal.SIGINT),
        )
        if made.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise ServeError(f"The database cannot be made: {made.stderr.strip()}")
        draft.rename(self.locations.postgres_data)

    def _command(self) -> list[str]:
        settings = {
            "unix_socket_directories": str(self.locations.sockets),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "max_connections": "100",
            "shared_buffers": "128MB",
        }
        pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [
            str(postgres_folder() / "postgres"),
            "-D",
            str(self.locations.postgres_data),
            *pairs,
        ]

    def _await_answer(self) -> None:
        until = time.monotonic() + PATIENCE
        while not (self.alive() and self.answers()):
            if not self.alive() or time.monotonic() > until:
                raise ServeError(f"Postgres did not start. Its last words are in {self.log}.")
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_database(self) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not known.fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _address(self, database: str) -> str:
        return f"host={self.locations.sockets} user=postgres dbname={database}"

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Nothing yet: the workers need it until they have ended."""

    def stop(self) -> None:
        if self.process and self.alive():
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


def _served(folder: Path) -> bool:
    """Whether the process that wrote postmaster.pid is alive and is this folder's Postgres."""
    try:
        process = (folder / "postmaster.pid").read_text(encoding="ascii").split("\n")[0]
        command = Path("/proc", process, "cmdline").read_bytes()
    except OSError:
        return False
    return os.fsencode(folder) in command
