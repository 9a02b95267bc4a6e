"""Two models on the library itself: what would change if one took the place of the other."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from tagger.libraries.members import libraries_of
from tagger.models import Analysis, ModelVersion, Tag, Track, User, Verdict
from tagger.tags.effective import SILENT
from tagger.tags.thresholds import merged

from .intervals import Difference, Z

# So many of the tracks both have analysed are looked at: a page of more would take seconds.
MOST = 20_000
# A quarter of an hour of listening, at a minute a track.
LISTENED_TO = 12


@dataclass(frozen=True)
class TagChange:
    """Of one shown tag: in how many tracks it appears and disappears, and how its scores move."""

    tag: Tag
    gained: int
    lost: int
    shift: float


@dataclass(frozen=True)
class TrackChange:
    """A track to listen to, with the tags it would gain and lose."""

    track: Track
    gained: list[Tag]
    lost: list[Tag]
    shift: float


@dataclass(frozen=True)
class ListenerAgreement:
    """How often each model says what people said of a tag, and by how much more the candidate."""

    words: int
    candidate: float
    baseline: float
    difference: Difference


@dataclass(frozen=True)
class LibraryComparison:
    tracks: int
    unchanged: int
    tags: list[TagChange]
    to_hear: list[TrackChange]
    agreement: ListenerAgreement | None


@dataclass(frozen=True)
class _Pair:
    """Both models' analyses of one track, by shown tag id: certain or not, and the score."""

    candidate: dict[int, float]
    baseline: dict[int, float]
    certain: set[int]
    was_certain: set[int]

    @property
    def gained(self) -> set[int]:
        return self.certain - self.was_certain

    @property
    def lost(self) -> set[int]:
        return self.was_certain - self.certain

    @property
    def shift(self) -> float:
        """The largest change of a score."""
        shared = self.candidate.keys() & self.baseline.keys()
        return max((abs(self.candidate[tag] - self.baseline[tag]) for tag in shared), default=0.0)


@dataclass
class _Vocabulary:
    """Every label's shown tag, of both models."""

    tags: dict[int, Tag]
    shown: dict[str, int]
    synonyms: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls) -> _Vocabulary:
        tags = {tag.pk: tag for tag in Tag.objects.all()}
        synonyms = {tag.pk: tag.shown_as_id or tag.pk for tag in tags.values()}
        return cls(tags, {tag.name: synonyms[tag.pk] for tag in tags.values()}, synonyms)


def library_comparison(
    candidate: ModelVersion, baseline: ModelVersion, listener: User
) -> LibraryComparison | None:
    """None while both have analysed no track in common. `to_hear` are the listener's own."""
    vocabulary = _Vocabulary.read()
    pairs = _pairs(candidate, baseline, vocabulary)
    if not pairs:
        return None
    changed = {pk: pair for pk, pair in pairs.items() if pair.gained or pair.lost}
    return LibraryComparison(
        tracks=len(pairs),
        unchanged=len(pairs) - len(changed),
        tags=_tag_changes(pairs, vocabulary),
        to_hear=_to_hear(changed, vocabulary, listener),
        agreement=_listener_agreement(pairs, vocabulary),
    )


def analysed_by_both(candidate: ModelVersion, baseline: ModelVersion) -> QuerySet[Analysis]:
    """The candidate's analyses with the mean scores of the baseline beside them as `former`."""
    other = Analysis.objects.filter(track=OuterRef("track"), model=baseline)
    return (
        Analysis.objects.filter(model=candidate, track__deleted_at=None)
        .exclude(track__notes__contains=[SILENT])
        .annotate(former=Subquery(other.values("mean_scores")))
        .filter(former__isnull=False)
    )


def _pairs(
    candidate: ModelVersion, baseline: ModelVersion, vocabulary: _Vocabulary
) -> dict[UUID, _Pair]:
    # By the tracks' ids, which are random: the same ones every time, and by an index.
    rows = analysed_by_both(candidate, baseline).order_by("track_id")
    candidate_tags = [vocabulary.shown[label] for label in candidate.labels]
    baseline_tags = [vocabulary.shown[label] for label in baseline.labels]
    pairs = {}
    for track, now, former in rows.values_list("track", "mean_scores", F("former"))[:MOST]:
        new = merged(candidate_tags, now, candidate.thresholds)
        old = merged(baseline_tags, former, baseline.thresholds)
        pairs[track] = _Pair(new.scores, old.scores, new.given, old.given)
    return pairs


def _tag_changes(pairs: Mapping[UUID, _Pair], vocabulary: _Vocabulary) -> list[TagChange]:
    """Those that change in most tracks first; tags that never change are left out."""
    gained = Counter(tag for pair in pairs.values() for tag in pair.gained)
    lost = Counter(tag for pair in pairs.values() for tag in pair.lost)
    shifts: dict[int, list[float]] = defaultdict(list)
    for pair in pairs.values():
        # A model that does not know a tag gives it nothing.
        for tag in pair.candidate.keys() | pair.baseline.keys():
            shifts[tag].append(pair.candidate.get(tag, 0.0) - pair.baseline.get(tag, 0.0))
    changes = [
        TagChange(vocabulary.tags[tag], gained[tag], lost[tag], _mean(shifts[tag]))
        for tag in gained.keys() | lost.keys()
    ]
    return sorted(changes, key=lambda one: (-(one.gained + one.lost), one.tag.name))


def _to_hear(
    changed: Mapping[UUID, _Pair], vocabulary: _Vocabulary, listener: User
) -> list[TrackChange]:
    own = Track.objects.filter(library__in=libraries_of(listener), pk__in=changed).defer(
        "peaks", "search_text"
    )
    changes = [
        TrackChange(
            track,
            _by_name(changed[track.pk].gained, vocabulary),
            _by_name(changed[track.pk].lost, vocabulary),
            changed[track.pk].shift,
        )
        for track in own
    ]
    changes.sort(key=lambda one: (-one.shift, one.track.title))
    return changes[:LISTENED_TO]


def _listener_agreement(
    pairs: Mapping[UUID, _Pair], vocabulary: _Vocabulary
) -> ListenerAgreement | None:
    """Of the standing verdicts on these tracks, a word on each shown tag counted once."""
    verdicts = Verdict.objects.filter(track__in=pairs, withdrawn_at=None).order_by("given_at")
    answers = {
        (row.track_id, vocabulary.synonyms[row.tag_id]): row.answer == Verdict.Answer.ACCEPTED
        for row in verdicts
    }
    known = [(track, pairs[track], tag, yes) for (track, tag), yes in answers.items()]
    both = [
        (track, (tag in pair.certain) == yes, (tag in pair.was_certain) == yes)
        for track, pair, tag, yes in known
        if tag in pair.candidate and tag in pair.baseline
    ]
    if not both:
        return None
    return _agreed([row[1:] for row in both], [row[0] for row in both])


def _agreed(both: list[tuple[bool, bool]], tracks: Sequence[UUID]) -> ListenerAgreement:
    """The wider of two intervals: that of Agresti and Min, "Simple improved confidence intervals
    for comparing matched proportions", Statistics in Medicine 24 (2005), which is honest about few
    verdicts; and one by whole tracks, since what is said of one track hangs together.
    """
    n = len(both)
    now, former = sum(a for a, _ in both), sum(b for _, b in both)
    won, forfeited = sum(a and not b for a, b in both), sum(b and not a for a, b in both)
    apart, pairs = won - forfeited, n + 2
    half = Z * math.sqrt(won + forfeited + 1 - apart**2 / pairs) / pairs
    half = max(half, Z * _error_by_track(both, tracks))
    middle = apart / pairs
    gain = Difference((now - former) / n, (middle - half, middle + half))
    return ListenerAgreement(n, now / n, former / n, gain)


def _error_by_track(both: list[tuple[bool, bool]], tracks: Sequence[UUID]) -> float:
    """The standard error of the mean gain, from each track's sum (Liang and Zeger, 1986)."""
    gains = [int(now) - int(former) for now, former in both]
    mean = _mean([float(gain) for gain in gains])
    apart: dict[UUID, float] = defaultdict(float)
    for track, gain in zip(tracks, gains, strict=True):
        apart[track] += gain - mean
    few = len(apart) / max(len(apart) - 1, 1)
    return math.sqrt(few * sum(value**2 for value in apart.values())) / len(gains)


def _by_name(tags: set[int], vocabulary: _Vocabulary) -> list[Tag]:
    return sorted((vocabulary.tags[tag] for tag in tags), key=lambda tag: tag.name)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
