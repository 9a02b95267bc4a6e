"""Keeps services alive until told to stop, and stops them in reverse order."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from webapp.embedded.errors import ServeError

from .service import Service

LONGEST_PAUSE = 30.0
# A service that has lived this long is healthy: its next death is a first one again.
HEALTHY = 60.0
GLANCE = 0.25


@dataclass
class Charge:
    service: Service
    started: float
    deaths: int = 0
    due: float | None = None


class Supervisor:
    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.charges: list[Charge] = []
        self.stopping = threading.Event()

    def listen(self) -> None:
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, self._on_signal)

    def _on_signal(self, number: int, frame: object) -> None:
        if self.stopping.is_set():
            raise KeyboardInterrupt
        self.stopping.set()

    def start(self, service: Service) -> None:
        """From here on the service is kept alive."""
        charge = Charge(service, time.monotonic())
        self.charges.append(charge)
        service.start()

    def watch(self) -> None:
        """Returns when the operator wants the end."""
        while not self.stopping.wait(GLANCE):
            for charge in self.charges:
                self._look_at(charge)

    def _look_at(self, charge: Charge) -> None:
        now = time.monotonic()
        if charge.due is not None:
            if now >= charge.due:
                self._restart(charge)
        elif not charge.service.alive():
            self._plan_restart(charge, now)

    def _plan_restart(self, charge: Charge, now: float) -> None:
        charge.deaths = 1 if now - charge.started > HEALTHY else charge.deaths + 1
        pause = min(2.0 ** (charge.deaths - 1), LONGEST_PAUSE)
        charge.due = now + pause
        self.tell(f"{charge.service.name} has ended; it is started again in {pause:.0f} s.")

    def _restart(self, charge: Charge) -> None:
        charge.due, charge.started = None, time.monotonic()
        try:
            charge.service.start()
        except (ServeError, OSError) as error:
            self.tell(f"{charge.service.name}: {error}")

    def stop(self) -> None:
        """Workers end side by side; the stores only when nobody needs them any more."""
        services = [charge.service for charge in reversed(self.charges)]
        try:
            for service in services:
                service.ask_to_stop()
            for service in services:
                service.stop()
        except KeyboardInterrupt:
            self.tell("Stopped at once; unfinished jobs go on at the next start.")
