"""A first track for an empty library: a minute of music that the program plays itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tagger.models import Job, Library, User

from .ingest import Ingested, SenderMetadata, ingest


def bring_sample(library: Library, *, by: User, trigger: Job.Trigger) -> Ingested:
    """By the way of every upload; a second time it is the track that is there. Takes a second."""
    from ml.sample import write_sample

    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as scratch:
        path = Path(scratch) / "sample.flac"
        write_sample(path)
        metadata = SenderMetadata(title=_("Four bars, four lights"), artist="Tonemark")
        return ingest(
            path,
            "four bars, four lights.flac",
            library=library,
            by=by,
            trigger=trigger,
            metadata=metadata,
        )
