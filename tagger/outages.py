"""Errors that are nobody's fault in the program: something it stands on is away, or full."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError

from ml.audio import DecoderLost

UNAVAILABLE = "unavailable"
STORAGE_FULL = "storage-full"
# EFBIG: a limit on the size of files, which quotas are made of on some machines.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def outage(error: BaseException | None) -> str | None:
    """The slug of the problem, or None where the error is a fault of ours."""
    for one in _causes(error):
        if isinstance(one, (OperationalError, InterfaceError, DecoderLost)):
            return UNAVAILABLE
        if isinstance(one, OSError) and one.errno in _FULL:
            return STORAGE_FULL
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from; never round in a circle."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__
