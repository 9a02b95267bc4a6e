"""Beat's schedule on a machine whose clock is set back.

django-celery-beat waits until the clock is again where it was when a task last ran: a clock that is
put right by a day would stop the reaper, and everything else that is due every few seconds, for
that day.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

# Clocks are slewed by fractions of it all the time.
SLACK = timedelta(seconds=1)


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    def tick(self, *args: Any, **options: Any) -> float:
        now = datetime.now(UTC)
        # Where a task has run, its row says so; the entry here is of the time when it was read.
        ahead = [one for one in self._entries() if (one.model.last_run_at or now) > now + SLACK]
        if ahead:
            logger.warning("the clock was set back: %d tasks begin anew", len(ahead))
            for entry in ahead:
                entry.last_run_at = entry.model.last_run_at = now
            # The moments in it are of the clock before.
            self._heap = None
        return float(super().tick(*args, **options))

    def _entries(self) -> list[Any]:
        return list((self._schedule or {}).values())
