"""Errors that are nobody's fault in the program: something it stands on is away, or full."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from psycopg.errors import DiskFull

from ml.audio import DecoderLost

UNAVAILABLE = "unavailable"
STORAGE_FULL = "storage-full"
# A database that was restarted is back within seconds.
RETRY_SECONDS = 5
DISK_FULL = "The disk is full. Make room on it, then try again."
# EFBIG: a limit on the size of files, which quotas are made of on some machines.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def outage(error: BaseException | None) -> str | None:
    """The slug of the problem, or None where the error is a fault of ours."""
    causes = list(_causes(error))
    if any(map(_is_full, causes)):
        return STORAGE_FULL
    away = (OperationalError, InterfaceError, DecoderLost)
    return UNAVAILABLE if any(isinstance(one, away) for one in causes) else None


def _is_full(error: BaseException) -> bool:
    """Our own disk, or the database's."""
    return isinstance(error, DiskFull) or (isinstance(error, OSError) and error.errno in _FULL)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from; never round in a circle."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__
