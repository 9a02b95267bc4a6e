"""A worker that has worked and then has nothing to do for a while is made anew, in place.

PyTorch, two networks and what measures music hold on to some 500 MB that cannot be given back
otherwise. The process replaces itself by its own command: its number, its parent and its log stay.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import time
from threading import Event, Thread

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

logger = logging.getLogger(__name__)

# Between two looks; its share of the time to wait, so that short ones are kept as well.
LOOK_EVERY, LOOKS = 15.0, 4

_renews = Event()
_stopped = Event()


class Idleness:
    """For how long a worker that has worked has had nothing to do."""

    def __init__(self) -> None:
        # A web process, which imports this module too, does without it.
        from celery.worker import state

        self._state = state
        self._done = 0
        self._since = time.monotonic()

    def seconds(self) -> float:
        """0 while it works, and as long as it never has."""
        done, now = sum(self._state.total_count.values()), time.monotonic()
        busy = self._state.reserved_requests or self._state.active_requests
        if done != self._done or busy:
            self._done, self._since = done, now
        return now - self._since if self._done else 0.0


@worker_ready.connect
def _watch(**_: object) -> None:
    if settings.WORKER_IDLE_SECONDS:
        Thread(target=_look, args=(settings.WORKER_IDLE_SECONDS,), daemon=True).start()


def _look(longest: int) -> None:
    idleness = Idleness()
    while not _stopped.wait(min(LOOK_EVERY, longest / LOOKS)):
        if idleness.seconds() >= longest:
            logger.info("nothing to do for %d seconds: this worker is made anew", longest)
            _renews.set()
            atexit.register(_replace)
            # It ends as if it had been told to: what comes in this moment goes back to the broker.
            os.kill(os.getpid(), signal.SIGTERM)
            return


@worker_shutting_down.connect
def _stop(**_: object) -> None:
    if _stopped.is_set():
        # Somebody else tells it to end as well, and means it.
        atexit.unregister(_replace)
    _stopped.set()


def _replace() -> None:
    logging.shutdown()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606  our own command


def is_renewed() -> bool:
    """Whether this worker ends only to be there again in a few seconds."""
    return _renews.is_set()
