"""What the trunk has made of a track: kept beside it, found again, given up.

Only the active model's trunk is kept: a candidate with another one would take the room of what the
library's next model needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, Sum

from ml.checkpoints import WeightsError, trunk_sha256
from tagger.models import KeptActivations, ModelVersion, Track
from tagger.tags.effective import active_model

if TYPE_CHECKING:
    from ml.inference import Analysis as Prediction
    from ml.inference import SegmentActivations


@dataclass(frozen=True)
class Kept:
    """Of so many tracks, in so many bytes."""

    tracks: int
    size: int


def trunk_of(model: ModelVersion) -> str:
    """What it shares with models that differ in their outputs alone; empty where it has no such.

    Found out once: versions that were here before trunks were are read when it is first asked.
    """
    if not model.trunk and model.weights:
        try:
            model.trunk = trunk_sha256(model.weights.path)
        except WeightsError:
            return ""
        ModelVersion.objects.filter(pk=model.pk).update(trunk=model.trunk)
    return model.trunk


def keep_activations(track: Track, model: ModelVersion, prediction: Prediction) -> None:
    """In the place of what was kept of it before. Call it under the lock of the track's row."""
    if not settings.KEEP_ACTIVATIONS or prediction.activations is None:
        return
    trunk = trunk_of(model)
    if not trunk or not _is_the_librarys(model, trunk):
        return
    former = KeptActivations.objects.filter(track=track).first()
    content = prediction.activations.to_bytes()
    kept = KeptActivations(
        track=track,
        trunk=trunk,
        size=len(content),
        segment_seconds=prediction.segment_seconds,
        hop_seconds=prediction.hop_seconds,
    )
    kept.file.save("", ContentFile(content), save=False)
    kept.save()
    if former:
        _delete_later(former)


def read_activations(kept: KeptActivations) -> SegmentActivations:
    """Raises FileNotFoundError, ActivationsError."""
    from ml.inference import SegmentActivations

    with kept.file.storage.open(str(kept.file.name), "rb") as content:
        return SegmentActivations.from_bytes(content.read())


def forget_activations(kept: KeptActivations) -> None:
    """Its file is gone or damaged: the track is heard when its activations are next needed."""
    with transaction.atomic():
        KeptActivations.objects.filter(pk=kept.pk, file=kept.file.name).delete()
        _delete_later(kept)


def forget_lost_activations() -> int:
    """Of rows whose file is nowhere, as after a restore: no backup has what can be made again."""
    lost = [
        kept.pk
        for kept in KeptActivations.objects.iterator()
        if not kept.file.storage.exists(str(kept.file.name))
    ]
    return KeptActivations.objects.filter(pk__in=lost).delete()[0]


def kept_activations() -> Kept:
    """All that are kept, whatever model they are of."""
    counted = KeptActivations.objects.aggregate(tracks=Count("pk"), size=Sum("size"))
    return Kept(counted["tracks"], counted["size"] or 0)


def _is_the_librarys(model: ModelVersion, trunk: str) -> bool:
    active = active_model()
    return active is None or active.pk == model.pk or trunk_of(active) == trunk


def _delete_later(kept: KeptActivations) -> None:
    transaction.on_commit(partial(kept.file.storage.delete, str(kept.file.name)))
