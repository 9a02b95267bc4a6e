"""Model versions as staff see them in a list, and what is going on with them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import cached_property

from tagger.analysis.retag import open_retag, retaggable
from tagger.analysis.stale import stale_tracks
from tagger.models import Activation, Analysis, Job, ModelVersion, Reanalysis, Track
from tagger.tags.card_metrics import CardFigures, card_figures
from tagger.tags.effective import active_model


@dataclass(frozen=True)
class ModelRow:
    """`analysed` is the number of tracks this version has analysed."""

    version: ModelVersion
    analysed: int

    @cached_property
    def figures(self) -> CardFigures | None:
        return card_figures(self.version)

    @property
    def data_note(self) -> str:
        return str(self.version.card.get("data", {}).get("note", ""))


@dataclass(frozen=True)
class Stale:
    """How many tracks the active model has not analysed, of how many that were analysed by any.

    So many of them as `kept` it can tag from what was kept of them; `retagging` does that now.
    """

    tracks: int
    tagged: int
    kept: int
    retagging: Job | None


def model_rows() -> list[ModelRow]:
    """The active one first, then by age. Two queries."""
    counts = dict(Analysis.objects.order_by().values_list("model").annotate(tracks=Count("pk")))
    versions = ModelVersion.objects.select_related("created_by")
    ordered = sorted(versions, key=lambda version: not version.is_active)
    return [ModelRow(version, counts.get(version.pk, 0)) for version in ordered]


def stale() -> Stale:
    active = active_model()
    tagged = Track.objects.filter(state=Track.State.TAGGED, deleted_at=None).count()
    if active is None:
        return Stale(0, tagged, 0, None)
    waiting, kept = stale_tracks(active).count(), retaggable(active).count()
    return Stale(waiting, tagged, kept, open_retag(active))


def recent_activations(most: int = 50) -> list[Activation]:
    return list(Activation.objects.select_related("model", "former", "by", "job")[:most])


def recent_reanalyses(most: int = 5) -> list[Reanalysis]:
    return list(Reanalysis.objects.select_related("job__owner", "model")[:most])


def switch_under_way() -> Activation | None:
    """The change of model that lists do not wholly show yet, if there is one."""
    return Activation.objects.filter(switched_at=None).select_related("job").first()
