"""Versions nobody needs any more: put aside, or deleted with their files and their analyses."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ml.checkpoints import companion_files, default_model_path, read_card
from tagger.analysis.stale import stale_tracks
from tagger.models import Analysis, Job, ModelVersion, Track
from tagger.tags.effective import active_model

# The active model's and the one before it: what a roll back needs.
VERSIONS_KEPT = 2
# Each row holds a whole track's scores: a transaction of more would block its table for long.
STEP = 5000


class ModelInUseError(Exception):
    """The version cannot be put away now; the message says why, and what to do first."""


def retire_model(version: ModelVersion) -> ModelVersion:
    """A candidate that will not be used. Its files stay; its analyses are dropped in time."""
    with transaction.atomic():
        locked = _locked(version)
        if locked.is_active:
            raise ModelInUseError(_("%s is the active model. Promote another first.") % locked)
        locked.state = ModelVersion.State.RETIRED
        locked.save(update_fields=["state"])
    return locked


def delete_model(version: ModelVersion) -> None:
    """Row, files and its analyses. Raises ModelInUseError."""
    storage, name = version.weights.storage, str(version.weights.name)
    with transaction.atomic():
        locked = _locked(version)
        obstacle = why_not_deleted(locked)
        if obstacle:
            raise ModelInUseError(obstacle)
        locked.delete()
        for file in (*companion_files(Path(name)), name):
            transaction.on_commit(partial(storage.delete, str(file)))


def _locked(version: ModelVersion) -> ModelVersion:
    """Raises ModelInUseError where somebody else has just deleted it."""
    locked = ModelVersion.objects.select_for_update().filter(pk=version.pk).first()
    if locked is None:
        raise ModelInUseError(_("%s is gone already.") % version)
    return locked


def why_not_deleted(version: ModelVersion) -> str:
    """A sentence, or nothing where it may be deleted."""
    if version.is_active:
        return _("%s is the active model. Promote another first.") % version
    if version.shipped and version.sha256 == read_card(default_model_path()).sha256:
        return _("%s comes with this release and would be back with the next start.") % version
    if version.jobs.filter(state__in=Job.OPEN_STATES).exists():
        return _("%s is being worked with. Wait for that, or cancel it.") % version
    shown = _only_analysed_by(version).count()
    if shown:
        return ngettext(
            "%(n)d track shows the tags of %(model)s. Hear it with the active model first.",
            "%(n)d tracks show the tags of %(model)s. Hear them with the active model first.",
            shown,
        ) % {"n": shown, "model": version}
    return ""


def drop_old_analyses() -> int:
    """What no page shows and no roll back needs, a few thousand rows at a time.

    Of each track the latest two versions in use are kept, and the analyses of candidates until they
    are retired.
    """
    old = Analysis.objects.filter(model__state=ModelVersion.State.RETIRED)
    never_used = Q(model__activated_at=None)
    superseded = Q(later__gte=VERSIONS_KEPT)
    unneeded = old.annotate(later=_later()).filter(never_used | superseded)
    ids = list(unneeded.values_list("pk", flat=True)[:STEP])
    return Analysis.objects.filter(pk__in=ids).delete()[0]


def _later() -> Coalesce:
    """How many versions that were in use after this one have analysed the track too."""
    later = Analysis.objects.filter(
        track=OuterRef("track"), model__activated_at__gt=OuterRef("model__activated_at")
    )
    counted = later.order_by().values("track").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _only_analysed_by(version: ModelVersion) -> QuerySet[Track]:
    """Tracks whose shown tags come from this version."""
    active = active_model()
    if active is None or version.activated_at is None:
        return Track.objects.none()
    analysed = stale_tracks(active).filter(analyses__model=version)
    return analysed.exclude(analyses__model__activated_at__gt=version.activated_at)
