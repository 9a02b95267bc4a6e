"""Tracks as a list shows them: the strongest tags, synonyms merged, and the latest tagging job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from ml.config import strength
from tagger.models import Job, Tag, Track, TrackTag
from tagger.tags.passages import Passage, passages_of
from tagger.tags.thresholds import best_score

# As many chips as a line of the list holds; the others are counted behind them.
STRONGEST = 5
WITH_TAGS = Prefetch("track_tags", TrackTag.objects.select_related("tag__shown_as"))


class Effective(NamedTuple):
    """What a row of TrackTag says."""

    tag: Tag
    score: float | None
    confidence: float | None
    source: str
    passages: list[list[float]]


@dataclass(frozen=True)
class Chip:
    """`passages`: where it is, in order, if not in the whole track. `confidence`: how sure the
    model is of it; None where a person gave it, or the model does not say."""

    tag: Tag
    score: float | None
    by_person: bool
    confidence: float | None = None
    passages: tuple[Passage, ...] = ()

    @property
    def strength(self) -> str | None:
        """The word for it."""
        return None if self.confidence is None else strength(self.confidence)


@dataclass(frozen=True)
class Row:
    track: Track
    chips: list[Chip]
    more: int
    job: Job | None


def rows(tracks: Iterable[Track]) -> list[Row]:
    """Three queries, whatever the number of tracks; one more when one is tagged meanwhile."""
    listed = list(tracks)
    prefetch_related_objects(listed, Prefetch("jobs", _tagging_jobs()[:1], to_attr="latest_jobs"))
    _catch_up(listed)
    effective = _effective(listed)
    return [_row(track, effective[track.pk]) for track in listed]


def _catch_up(tracks: list[Track]) -> None:
    """A track is tagged before its job ends, but was read before it: between the two looks both may
    have come about. A page that showed that would wait for ever: it asks again for open jobs alone.
    """
    behind = [track for track in tracks if _has_ended(track) and track.state != Track.State.TAGGED]
    if behind:
        pks = [track.pk for track in behind]
        states = dict(Track.objects.filter(pk__in=pks).values_list("pk", "state"))
        for track in behind:
            track.state = states.get(track.pk, track.state)


def _has_ended(track: Track) -> bool:
    job = _latest_job(track)
    return job is not None and job.state == Job.State.SUCCEEDED


def _effective(tracks: list[Track]) -> Mapping[UUID, list[Effective]]:
    """By track. No object is made for each of hundreds of rows."""
    tags = Tag.objects.select_related("shown_as").in_bulk()
    by_track: dict[UUID, list[Effective]] = defaultdict(list)
    scores = TrackTag.objects.filter(track__in=tracks).order_by()
    columns = ("track", "tag", "score", "confidence", "source", "passages")
    for track, tag, *said in scores.values_list(*columns):
        by_track[track].append(Effective(tags[tag], *said))
    return by_track


def _tagging_jobs() -> QuerySet[Job]:
    tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK)
    return tagging.order_by("-created_at", "-id")


def _row(track: Track, effective: Iterable[Effective]) -> Row:
    merged = chips(effective)
    return Row(track, merged[:STRONGEST], max(0, len(merged) - STRONGEST), _latest_job(track))


def _latest_job(track: Track) -> Job | None:
    latest: list[Job] = getattr(track, "latest_jobs")  # noqa: B009  the prefetch put it there
    return latest[0] if latest else None


def chips_of(effective: Iterable[TrackTag]) -> list[Chip]:
    """`chips` of rows whose tags have been fetched along."""
    return chips(
        Effective(row.tag, row.score, row.confidence, row.source, row.passages) for row in effective
    )


def chips(effective: Iterable[Effective]) -> list[Chip]:
    """One chip a shown tag, with the best score of its synonyms; strongest first."""
    by_tag: dict[int, list[Effective]] = defaultdict(list)
    for row in effective:
        by_tag[row.tag.shown.pk].append(row)
    merged = [_chip(synonyms) for synonyms in by_tag.values()]
    return sorted(merged, key=lambda chip: (-(chip.score or 0.0), chip.tag.name))


def _chip(synonyms: list[Effective]) -> Chip:
    by_person = any(row.source == TrackTag.Source.PERSON for row in synonyms)
    confidence = None if by_person else best_score(row.confidence for row in synonyms)
    return Chip(
        tag=synonyms[0].tag.shown,
        score=best_score(row.score for row in synonyms),
        by_person=by_person,
        confidence=confidence,
        passages=passages_of(synonyms),
    )
