"""Tracks as a list shows them: the strongest tags, synonyms merged, and the latest tagging job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from ..models import Job, Tag, Track, TrackTag

STRONGEST = 5
# A list has the same few dozen tags hundreds of times: one object serves them all.
WITH_TAGS = Prefetch(
    "track_tags",
    TrackTag.objects.prefetch_related(Prefetch("tag", Tag.objects.select_related("shown_as"))),
)


@dataclass(frozen=True)
class Chip:
    tag: Tag
    score: float | None
    by_person: bool


@dataclass(frozen=True)
class Row:
    track: Track
    chips: list[Chip]
    more: int
    job: Job | None


def rows(tracks: Iterable[Track]) -> list[Row]:
    """Three queries, whatever the number of tracks."""
    found = list(tracks)
    prefetch_related_objects(
        found,
        WITH_TAGS,
        Prefetch("jobs", _tagging_jobs()[:1], to_attr="latest_jobs"),
    )
    return [_row(track) for track in found]


def _tagging_jobs() -> QuerySet[Job]:
    tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK)
    return tagging.order_by("-created_at", "-id")


def _row(track: Track) -> Row:
    found = chips(track.track_tags.all())
    latest: list[Job] = getattr(track, "latest_jobs")  # noqa: B009  the prefetch put it there
    job = latest[0] if latest else None
    return Row(track, found[:STRONGEST], max(0, len(found) - STRONGEST), job)


def chips(effective: Iterable[TrackTag]) -> list[Chip]:
    """One chip a shown tag, with the best score of its synonyms; strongest first."""
    best: dict[int, Chip] = {}
    for row in effective:
        tag, by_person = row.tag.shown, row.source == TrackTag.Source.PERSON
        known = best.get(tag.pk)
        former = known.score if known else None
        scores = [score for score in (row.score, former) if score is not None]
        best[tag.pk] = Chip(
            tag, max(scores, default=None), by_person or bool(known and known.by_person)
        )
    return sorted(best.values(), key=lambda chip: (-(chip.score or 0.0), chip.tag.name))
