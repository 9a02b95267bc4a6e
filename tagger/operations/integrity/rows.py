"""Rows against rows: tracks are or will be analysed, analyses are whole, tags follow from them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q

from tagger.models import Analysis, Job, Track
from tagger.platform.batches import batches
from tagger.tags.counts import miscounted
from tagger.tags.effective import stale_tags

from .faults import Fault, Kind

_BYTES_A_SCORE = 2


def never_analysed() -> Iterator[Fault]:
    """Tracks not analysed that nobody will analyse: without a job, or tagged by nothing."""
    jobs = Job.objects.filter(
        track=OuterRef("pk"), kind=Job.Kind.TAG_TRACK, state__in=Job.OPEN_STATES
    )
    analysed = Analysis.objects.filter(track=OuterRef("pk"))
    lost = Q(state=Track.State.PENDING) | Q(state=Track.State.TAGGED) & ~Exists(analysed)
    tracks = Track.objects.filter(lost, ~Exists(jobs), deleted_at=None)
    for track in tracks.order_by("pk").only("state").iterator():
        yield Fault(
            Kind.NEVER_ANALYSED,
            str(track.pk),
            f"is {track.get_state_display()} and has no open job",
        )


def broken_analyses() -> Iterator[Fault]:
    """Those whose scores are not segments × labels, counted by the database."""
    size = Func(F("scores"), function="octet_length", output_field=IntegerField())
    whole = Q(size=F("segments") * F("model__labels__len") * _BYTES_A_SCORE) & Q(
        mean_scores__len=F("model__labels__len")
    )
    broken = Analysis.objects.annotate(size=size).exclude(whole).order_by("pk")
    for analysis in broken.select_related("model").defer("scores", "embedding").iterator():
        detail = f"of track {analysis.track_id} by {analysis.model.name} is incomplete"
        yield Fault(Kind.ANALYSIS_BROKEN, str(analysis.pk), detail)


def stale() -> Iterator[Fault]:
    for ids in batches(Track.objects.all()):
        for track_id in stale_tags(ids):
            yield Fault(
                Kind.TAGS_STALE, str(track_id), "its tags do not follow from verdicts and scores"
            )


def wrong_counts() -> Iterator[Fault]:
    for library_id, wrong in miscounted():
        yield Fault(Kind.COUNTS_WRONG, str(library_id), f"{wrong} counts of this library are wrong")
