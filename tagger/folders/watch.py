"""Folders watched: what changes in them is scanned a moment later, only where it changed.

Where the system tells nothing (most network disks), the schedule and the button remain.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import DatabaseError, close_old_connections
from watchfiles import watch

from tagger.models import Folder, Job
from tagger.platform.storage.in_place import decoded, encoded

from .manage import request_scan

logger = logging.getLogger(__name__)

# Milliseconds: changes that come together are scanned together.
DEBOUNCE, STEP = 2_000, 200
# Whether folders were added or have come back is asked so often.
LOOK_EVERY = 30_000


def watch_folders(stop: threading.Event) -> None:
    """Until `stop` is set. A database that is away is asked again."""
    while not stop.is_set():
        try:
            watched = there()
        except DatabaseError as error:
            logger.warning("folders are not watched now: %s", error)
            watched = {}
        finally:
            close_old_connections()
        if not watched:
            stop.wait(LOOK_EVERY / 1000)
            continue
        logger.info("%d folders are watched", len(watched))
        _watch(watched, stop)


def there() -> dict[UUID, str]:
    """The folders that can be watched now, by id."""
    paths = {folder.pk: decoded(folder.path) for folder in Folder.objects.all()}
    return {pk: path for pk, path in paths.items() if os.path.isdir(path)}


def _watch(watched: dict[UUID, str], stop: threading.Event) -> None:
    """Until there are other folders. A new one is watched within half a minute."""
    try:
        for changes in watch(
            *watched.values(),
            watch_filter=None,
            debounce=DEBOUNCE,
            step=STEP,
            stop_event=stop,
            rust_timeout=LOOK_EVERY,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if changes:
                request_scans(watched, [path for _, path in changes])
            elif there() != watched:
                return
            close_old_connections()
    except (OSError, DatabaseError) as error:
        # Too many folders for the system's limit, or a disk that was taken away.
        logger.warning("folders cannot be watched: %s", error)
        stop.wait(LOOK_EVERY / 1000)


def request_scans(watched: dict[UUID, str], paths: Iterable[str]) -> int:
    """Scans of the folders in which these paths lie, below what has changed in them."""
    below: dict[UUID, set[str]] = defaultdict(set)
    for path in paths:
        for pk, root in watched.items():
            if f"{path}/".startswith(f"{root}/"):
                changed = os.path.dirname(os.path.relpath(path, root)) if path != root else ""
                below[pk].add(encoded(changed))
    for folder in Folder.objects.filter(pk__in=below):
        request_scan(folder, by=None, trigger=Job.Trigger.SCHEDULE, below=below[folder.pk])
    return len(below)


def begin_in_worker() -> threading.Event:
    """From a thread of its own, for as long as the process lives."""
    stop = threading.Event()
    threading.Thread(target=watch_folders, args=(stop,), daemon=True, name="watch").start()
    return stop
