"""Why a file is not taken, as a problem: the same however its bytes came."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from tagger.uploads.ingest import IngestError

from .problem_types import PROBLEM_TYPES
from .problems import Problem

# Slugs of what may be wrong with a file.
FILE_PROBLEMS = (
    "too-large",
    "quota-exceeded",
    "unsupported-media-type",
    "not-audio",
    "no-audio-stream",
    "unsupported-codec",
    "empty",
    "damaged",
    "unsupported-rate",
    "unsupported-channels",
    "too-long",
)


def refused(error: IngestError) -> Problem:
    members: dict[str, Any] = (
        {"limit": settings.MAX_UPLOAD_BYTES} if error.code == "too-large" else {}
    )
    return Problem(
        error.code if error.code in PROBLEM_TYPES else "damaged", error.detail, **members
    )
