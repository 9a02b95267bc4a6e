"""The embedded Valkey: append-only file, unix socket, no port."""

from __future__ import annotations

import subprocess
import time
from functools import partial

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from webapp.embedded.errors import ServeError
from webapp.embedded.locations import Locations
from webapp.embedded.processes.linux import die_with_parent

from .binaries import broker_program
from .folders import private

PATIENCE = 20.0


class Broker:
    name = "broker"

    def __init__(self, locations: Locations) -> None:
        self.locations = locations
        self.log = locations.logs / "broker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        private(self.locations.logs)
        private(self.locations.sockets)
        private(self.locations.broker_data)
        self._await_predecessor()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(die_with_parent),
            )
        self._await_answer()

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.locations.broker_socket),
            "unixsocketperm": "700",
            "dir": str(self.locations.broker_data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "loglevel": "warning",
        }
        pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(broker_program()), *pairs]

    def _await_predecessor(self) -> None:
        """One whose supervisor was killed ends by itself; two must not share a folder."""
        until = time.monotonic() + PATIENCE
        while self.answers():
            if time.monotonic() > until:
                raise ServeError(f"Another broker uses {self.locations.broker_data}.")
            time.sleep(0.05)
        self.locations.broker_socket.unlink(missing_ok=True)

    def _await_answer(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self.answers():
            if not self.alive() or time.monotonic() > until:
                raise ServeError(f"The broker did not start. Its last words are in {self.log}.")
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            with redis.Redis(
                unix_socket_path=str(self.locations.broker_socket), retry=Retry(NoBackoff(), 0)
            ) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Nothing yet: the workers need it until they have ended."""

    def stop(self) -> None:
        if self.process and self.alive():
            self.process.terminate()
            self.process.wait(20)
