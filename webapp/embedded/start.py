"""The start of an installation, step by step."""

from __future__ import annotations

import os
from pathlib import Path

from webapp.embedded.processes.programs import programs
from webapp.embedded.processes.readiness import await_web
from webapp.embedded.processes.service import Service
from webapp.embedded.processes.supervisor import Supervisor
from webapp.embedded.servers.broker import Broker
from webapp.embedded.servers.postgres import Postgres

from . import static_files
from .errors import ServeError
from .locations import Locations
from .manage import manage
from .steps import Steps, tell


class Stopped(ServeError):
    """The operator does not want the rest of the start."""


class Start:
    def __init__(self, folder: Path, locations: Locations, supervisor: Supervisor) -> None:
        self.folder = folder
        self.locations = locations
        self.supervisor = supervisor
        self.stores = _stores(locations)
        self.steps = Steps(len(self.stores) + 4)

    def run(self, address: str) -> None:
        """Everything up and answering at `address` (host:port)."""
        for store in self.stores:
            self._start(f"Starting the {store.name}", store)
        notice = self._manage("Preparing tables, tags, model and first account", "bootstrap")
        self._collect_files()
        web, *workers = programs(self.folder, self.locations, address, tell)
        self._start("Starting the web server", web)
        with self.steps.step("Starting the workers"):
            for worker in workers:
                self.supervisor.start(worker)
            await_web(web, f"http://{address}/sign-in/")
        self._go_on()
        tell(notice.rstrip())

    def _start(self, title: str, service: Service) -> None:
        self._go_on()
        with self.steps.step(title):
            self.supervisor.start(service)

    def _manage(self, title: str, *arguments: str) -> str:
        self._go_on()
        with self.steps.step(title):
            return manage(self.folder, *arguments)

    def _collect_files(self) -> None:
        self._go_on()
        with self.steps.step("Collecting the page's files"):
            fingerprint = static_files.fingerprint(self.folder)
            if not static_files.collected(self.locations, fingerprint):
                manage(self.folder, "collectstatic", "--no-input", "--clear", "--verbosity", "0")
                static_files.remember(self.locations, fingerprint)

    def _go_on(self) -> None:
        if self.supervisor.stopping.is_set():
            raise Stopped("Stopped before it was up.")


def _stores(locations: Locations) -> list[Service]:
    """The embedded ones, unless the operator names others."""
    stores: list[Service] = []
    if not os.environ.get("TONEMARK_DATABASE_URL"):
        stores.append(Postgres(locations))
    if not os.environ.get("TONEMARK_BROKER_URL"):
        stores.append(Broker(locations))
    return stores
