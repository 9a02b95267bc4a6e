"""How an attempt at a job ends when its work raises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from ml.audio import DecoderLost
from tagger.models import Job
from tagger.platform.outages import DISK_FULL, STORAGE_FULL, outage

from . import lifecycle


@contextmanager
def to_its_end(job: Job) -> Iterator[None]:
    """Around the work of a claimed job: its row says what went wrong."""
    try:
        yield
    except DecoderLost as error:
        lifecycle.retry_later(job, code="decoder-lost", detail=str(error))
    except (OperationalError, InterfaceError):
        # Nothing can be written of it now. Its lease runs out, and the reaper sends it again.
        raise
    except Exception as error:
        _fail(job, error)
        raise


def _fail(job: Job, error: Exception) -> None:
    if outage(error) == STORAGE_FULL:
        lifecycle.fail(job, code=STORAGE_FULL, detail=DISK_FULL)
    else:
        lifecycle.fail(job, code="internal", detail="Something went wrong here. The log says what.")
