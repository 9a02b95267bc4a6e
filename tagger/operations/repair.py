"""Puts right what a check of the library has found, and sweeps up after killed uploads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tagger.analysis.activations import forget_activations
from tagger.library.tracks import reanalyse_track
from tagger.models import Analysis, Job, KeptActivations, Track
from tagger.operations.integrity.faults import Fault, Kind
from tagger.operations.integrity.files import has_row, left_uploads, orphans
from tagger.platform.storage.local import media_storage, model_storage
from tagger.tags.counts import recount
from tagger.tags.effective import rebuild_many

# Longer than any request lives without a byte coming in, and than a transaction can stay open.
LEFT_ALONE = timedelta(hours=6)


def untouched_since() -> datetime:
    """What is older than this belongs to no upload that still runs."""
    return timezone.now() - LEFT_ALONE


def repair(fault: Fault) -> bool:
    """False where only a person can help, or where it has been put right in the meantime."""
    work = _WORK.get(fault.kind)
    return work is not None and work(fault.subject)


def sweep() -> int:
    """Delete what killed uploads left behind; run by beat. How many there were."""
    before = untouched_since()
    return sum(repair(fault) for fault in (*orphans(before), *left_uploads(before)))


def _delete_orphan(name: str) -> bool:
    if has_row(name):
        return False
    media_storage().delete(name)
    return True


def _delete_left(name: str) -> bool:
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return True


def _delete_weights(name: str) -> bool:
    model_storage().delete(name)
    return True


def _analyse(track_id: str) -> bool:
    track = Track.objects.filter(pk=track_id).first()
    if track is None:
        return False
    reanalyse_track(track, trigger=Job.Trigger.COMMAND)
    return True


def _replace_analysis(analysis_id: str) -> bool:
    with transaction.atomic():
        broken = Analysis.objects.filter(pk=analysis_id).only("track_id").first()
        if broken is None:
            return False
        broken.delete()
        return _analyse(str(broken.track_id))


def _forget_activations(track_id: str) -> bool:
    kept = KeptActivations.objects.filter(pk=UUID(track_id)).first()
    if kept is None:
        return False
    forget_activations(kept)
    return True


def _rebuild(track_id: str) -> bool:
    return rebuild_many([UUID(track_id)]) == 1


def _recount(library_id: str) -> bool:
    return recount(int(library_id))


_WORK: dict[Kind, Callable[[str], bool]] = {
    Kind.FILE_ORPHANED: _delete_orphan,
    Kind.UPLOAD_LEFT: _delete_left,
    Kind.NEVER_ANALYSED: _analyse,
    Kind.ANALYSIS_BROKEN: _replace_analysis,
    Kind.ACTIVATIONS_LOST: _forget_activations,
    Kind.TAGS_STALE: _rebuild,
    Kind.WEIGHTS_ORPHANED: _delete_weights,
    Kind.COUNTS_WRONG: _recount,
}
