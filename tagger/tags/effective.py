"""Effective tags: verdicts over a model's scores. The one place that knows how they meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef

from tagger.models import Analysis, ModelVersion, Track, TrackTag, Verdict

from .analyses import latest_analyses
from .confidence import Calibration, calibration_of
from .passages import Span, fill_in, found_passages, spans_by_label
from .settled import Settled, Word, keepers_of, settle
from .thresholds import given
from .vocabulary import TagIds, shown_ids_of, tag_ids

# A note of ml.inference.result.Analysis. What a network says of silence means nothing.
SILENT = "silent"

Key = tuple[UUID, int]


def rebuild_effective_tags(track: Track) -> None:
    """Write the track's TrackTag rows anew from its verdicts and its latest analysis."""
    rebuild_many([track.pk])


def rebuild_many(track_ids: Iterable[UUID]) -> int:
    """The same for many tracks in one transaction; only rows that change are written.

    Nine queries at most, whatever the number of tracks: so give a few hundred at a time.
    """
    # Within another transaction no point to go back to is needed: it fails, or all is written.
    with transaction.atomic(savepoint=False):
        locked = Track.objects.select_for_update(no_key=True).filter(pk__in=list(track_ids))
        tracks = list(locked.order_by("pk").only("notes", "shown_tag_ids", "library_id"))
        tags = tag_ids()
        wanted = _effective(tracks, tags)
        _write(wanted, TrackTag.objects.filter(track__in=tracks))
        list_shown(_listed_otherwise(tracks, wanted, tags))
    return len(tracks)


def list_shown(track_ids: list[UUID]) -> None:
    """Write in each track's own list what its rows, as they are, are shown as."""
    if track_ids:
        rows = TrackTag.objects.filter(track=OuterRef("pk"))
        Track.objects.filter(pk__in=track_ids).update(shown_tag_ids=shown_ids_of(rows))


def stale_tags(track_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the tracks whose rows are not what `rebuild_many` would write."""
    rows = Track.objects.filter(pk__in=list(track_ids)).order_by("pk")
    tracks = list(rows.only("notes", "shown_tag_ids", "library_id"))
    tags = tag_ids()
    with transaction.atomic():
        wanted = _effective(tracks, tags)
        present = {
            (row.track_id, row.tag_id): row for row in TrackTag.objects.filter(track__in=tracks)
        }
    differing = {key[0] for key, row in wanted.items() if not _same(row, present.get(key))}
    differing |= {key[0] for key in present.keys() - wanted.keys()}
    return sorted(differing.union(_listed_otherwise(tracks, wanted, tags)))


def active_model() -> ModelVersion | None:
    return ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).first()


def settled_verdicts(track: Track) -> dict[int, Settled]:
    """What people's standing verdicts come to, by tag id."""
    return _settled_verdicts([track])[track.pk]


def effective_tags(
    track: Track,
    analysis: Analysis | None,
    verdicts: Mapping[int, Settled],
    tag_ids: Mapping[str, int],
) -> dict[int, TrackTag]:
    """The rows that follow for this track, by tag id, as `rebuild_effective_tags` writes them.

    No query: `tag_ids` holds the id of each tag by its name.
    """
    by = _thresholds(analysis.model, tag_ids) if analysis else None
    if analysis and analysis.passages is None:
        analysis.passages = found_passages(analysis, analysis.model)
    return _decide(track, analysis, by, verdicts)


@dataclass(frozen=True)
class _Thresholds:
    """A model's tag ids, labels and thresholds, in the order of its scores."""

    tag_ids: list[int]
    labels: list[str]
    values: list[float]
    calibration: Calibration


def _thresholds(model: ModelVersion, tag_ids: Mapping[str, int]) -> _Thresholds:
    ids = [tag_ids[label] for label in model.labels]
    return _Thresholds(ids, model.labels, list(model.thresholds), calibration_of(model))


def _effective(tracks: list[Track], tags: TagIds) -> dict[Key, TrackTag]:
    analyses = latest_analyses(track.pk for track in tracks)
    # A card may be long: of a whole one each upload would have to read all.
    versions = ModelVersion.objects.only("labels", "thresholds").annotate(
        calibration=F("card__calibration")
    )
    models = versions.in_bulk({analysis.model_id for analysis in analyses.values()})
    fill_in(analyses.values(), models)
    thresholds = {pk: _thresholds(model, tags.by_name) for pk, model in models.items()}
    verdicts = _settled_verdicts(tracks)
    rows = {}
    for track in tracks:
        analysis = analyses.get(track.pk)
        by = thresholds[analysis.model_id] if analysis else None
        for tag_id, row in _decide(track, analysis, by, verdicts[track.pk]).items():
            rows[track.pk, tag_id] = row
    return rows


def _settled_verdicts(tracks: list[Track]) -> Mapping[UUID, dict[int, Settled]]:
    """Who keeps a library matters, and is asked, only where several people have spoken."""
    words: dict[Key, list[Word]] = defaultdict(list)
    standing = Verdict.objects.filter(track__in=tracks, withdrawn_at=None)
    rows = standing.order_by("given_at", "pk")
    for row in rows.values_list("track_id", "tag_id", "person_id", "answer"):
        words[row[0], row[1]].append(Word(row[2], row[3]))
    several = {track for (track, _), said in words.items() if len(said) > 1}
    libraries = {track.pk: track.library_id for track in tracks}
    keepers = keepers_of({libraries[pk] for pk in several}) if several else {}
    by_track: dict[UUID, dict[int, Settled]] = defaultdict(dict)
    for (track_id, tag_id), said in words.items():
        by_track[track_id][tag_id] = settle(said, keepers.get(libraries[track_id], ()))
    return by_track


def _decide(
    track: Track,
    analysis: Analysis | None,
    thresholds: _Thresholds | None,
    verdicts: Mapping[int, Settled],
) -> dict[int, TrackTag]:
    """The rule: what the model is certain of, in the whole track or in a part of it, less what
    people rejected, and what they accepted."""
    heard = _heard(track, analysis, thresholds)
    rows = {
        tag_id: _row(track, tag_id, heard, TrackTag.Source.MODEL)
        for tag_id in heard.whole | heard.passages.keys()
    }
    for tag_id, settled in verdicts.items():
        if settled.answer == Verdict.Answer.REJECTED:
            rows.pop(tag_id, None)
        else:
            rows[tag_id] = _row(track, tag_id, heard, TrackTag.Source.PERSON)
    return rows


@dataclass(frozen=True)
class _Heard:
    """What a model says of a track, by tag id; `passages` are of what is not given as a whole."""

    scores: dict[int, float]
    whole: set[int]
    passages: dict[int, list[Span]]
    confidence: dict[int, float | None] = field(default_factory=dict)


def _row(track: Track, tag_id: int, heard: _Heard, source: str) -> TrackTag:
    by_model = source == TrackTag.Source.MODEL
    return TrackTag(
        track=track,
        tag_id=tag_id,
        score=heard.scores.get(tag_id),
        # A person's word is no matter of degree.
        confidence=heard.confidence.get(tag_id) if by_model else None,
        source=source,
        passages=[list(span) for span in heard.passages.get(tag_id, [])],
    )


def _heard(track: Track, analysis: Analysis | None, by: _Thresholds | None) -> _Heard:
    if analysis is None or by is None:
        return _Heard({}, set(), {})
    scores = dict(zip(by.tag_ids, analysis.mean_scores, strict=True))
    if SILENT in track.notes:
        return _Heard(scores, set(), {})
    passed = zip(by.tag_ids, given(analysis.mean_scores, by.values), strict=True)
    whole = {tag_id for tag_id, is_given in passed if is_given}
    spans = spans_by_label(analysis.passages or [])
    every = {by.tag_ids[label]: there for label, there in spans.items()}
    parts = {pk: there for pk, there in every.items() if pk not in whole}
    names = dict(zip(by.tag_ids, by.labels, strict=True))
    # Where a tag is one of a part, it is as sure as it is there.
    surest = {pk: scores[pk] for pk in whole}
    surest |= {pk: max(score for _, _, score in there) for pk, there in parts.items()}
    sure = {pk: by.calibration.confidence(names[pk], score) for pk, score in surest.items()}
    return _Heard(scores, whole, parts, sure)


def _write(wanted: dict[Key, TrackTag], existing: Iterable[TrackTag]) -> None:
    present = {(row.track_id, row.tag_id): row for row in existing}
    gone = [row.pk for key, row in present.items() if key not in wanted]
    if gone:
        TrackTag.objects.filter(pk__in=gone).delete()
    TrackTag.objects.bulk_create(
        [row for key, row in wanted.items() if not _same(row, present.get(key))],
        update_conflicts=True,
        unique_fields=["track", "tag"],
        update_fields=["score", "confidence", "source", "passages"],
    )


def _listed_otherwise(tracks: list[Track], wanted: Iterable[Key], tags: TagIds) -> list[UUID]:
    """Those whose own list of shown tags is not what follows."""
    listed = defaultdict(set)
    for track_id, tag_id in wanted:
        listed[track_id].add(tags.shown[tag_id])
    return [track.pk for track in tracks if sorted(listed[track.pk]) != track.shown_tag_ids]


def _same(row: TrackTag, other: TrackTag | None) -> bool:
    return other is not None and _said(row) == _said(other)


def _said(row: TrackTag) -> tuple[float | None, float | None, str, list[list[float]]]:
    return row.score, row.confidence, row.source, row.passages
