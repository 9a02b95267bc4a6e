"""The tags of one track as a person reads them: synonyms merged, in groups, with their source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

from ml.config import strength
from tagger.models import Analysis, Tag, Track, TrackTag, User, Verdict

from .analyses import latest_analysis
from .confidence import Calibration, calibration_of
from .effective import effective_tags, settled_verdicts
from .passages import Passage, passages_of
from .reliability import LabelTest, Reliability, TagAgreement, agreements, label_tests
from .thresholds import ShownScores, best_score, merged


@dataclass(frozen=True)
class RawTag:
    """One of the model's own labels, before synonyms are merged."""

    tag: Tag
    score: float | None
    effective: bool
    source: str | None
    verdict: str | None
    own_verdict: str | None
    disputed: bool
    passages: list[list[float]]
    confidence: float | None
    threshold: float | None
    heard: bool


@dataclass(frozen=True)
class ShownTag:
    """A page asks each of these hundreds of times: what follows from the labels is kept."""

    tag: Tag
    raw: tuple[RawTag, ...]
    reliability: Reliability

    @cached_property
    def score(self) -> float | None:
        """The best score among the synonyms: 'vocals' implies 'voice'."""
        return best_score(raw.score for raw in self.raw)

    @cached_property
    def confidence(self) -> float | None:
        """How sure the model is of it; None where a person gave it, or the model does not say."""
        if self.source == TrackTag.Source.PERSON:
            return None
        return best_score(raw.confidence for raw in self.raw)

    @cached_property
    def threshold(self) -> float | None:
        """From which confidence on it is a tag, by the synonym that is the surest."""
        known = [raw for raw in self.raw if raw.confidence is not None]
        return max(known, key=lambda raw: raw.confidence or 0.0).threshold if known else None

    @cached_property
    def strength(self) -> str | None:
        return None if self.confidence is None else strength(self.confidence)

    @cached_property
    def heard(self) -> bool:
        """The model has been shown to hear it, and may set it."""
        return any(raw.heard for raw in self.raw)

    @cached_property
    def effective(self) -> bool:
        return any(raw.effective for raw in self.raw)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Where it is, in order, if it is effective but not of the whole track."""
        return passages_of(raw for raw in self.raw if raw.effective)

    @cached_property
    def source(self) -> str | None:
        sources = {raw.source for raw in self.raw if raw.source}
        person = TrackTag.Source.PERSON.value
        return person if person in sources else next(iter(sources), None)

    @cached_property
    def verdict(self) -> str | None:
        """What people say of this tag, whichever of its synonyms it was said of."""
        return _either(raw.verdict for raw in self.raw)

    @cached_property
    def own_verdict(self) -> str | None:
        """What the person who looks says of it."""
        return _either(raw.own_verdict for raw in self.raw)

    @cached_property
    def disputed(self) -> bool:
        """People differ, and those who keep the library have not settled it."""
        return any(raw.disputed for raw in self.raw if raw.tag.pk == self.tag.pk)


def _either(verdicts: Iterable[str | None]) -> str | None:
    answers = {verdict for verdict in verdicts if verdict}
    if Verdict.Answer.ACCEPTED in answers:
        return Verdict.Answer.ACCEPTED.value
    return next(iter(answers), None)


@dataclass(frozen=True)
class TrackTags:
    """What the model that analysed it last and the people say of a track."""

    analysis: Analysis | None
    tags: tuple[ShownTag, ...]
    vocabulary: tuple[Tag, ...]

    @cached_property
    def stale(self) -> bool:
        """The active model has not analysed the track: another, in use before, has."""
        return self.analysis is not None and not self.analysis.model.is_active

    @cached_property
    def calibrated(self) -> bool:
        """Whether the model's card says what its scores mean."""
        return any(raw.confidence is not None for tag in self.tags for raw in tag.raw)

    @cached_property
    def certain(self) -> list[ShownTag]:
        return [tag for tag in self.tags if tag.effective]

    @cached_property
    def rejected(self) -> list[ShownTag]:
        rejected = Verdict.Answer.REJECTED
        return [tag for tag in self.tags if not tag.effective and tag.verdict == rejected]

    @cached_property
    def rejected_in_dispute(self) -> bool:
        """Somebody differs from a rejection that counts: it is not folded away."""
        return any(tag.disputed for tag in self.rejected)

    @cached_property
    def less_certain(self) -> list[ShownTag]:
        return [tag for tag in self.tags if not tag.effective and not tag.verdict and tag.heard]

    @cached_property
    def unheard(self) -> list[ShownTag]:
        """What the model scores, though nothing has shown that it hears it."""
        return [tag for tag in self.tags if not (tag.effective or tag.verdict or tag.heard)]

    @cached_property
    def in_places(self) -> frozenset[int]:
        """The ids of the less certain tags whose score passes in some segments all the same."""
        return in_places(self.analysis, self.less_certain) if self.analysis else frozenset()

    @cached_property
    def lanes(self) -> range:
        """One for each tag that is shown over time."""
        known = [tag for tag in self.certain if tag.score is not None]
        return range(len(known) + len(self.in_places))

    def by_group(self) -> list[tuple[str, list[ShownTag]]]:
        """The certain tags under the labels of their groups, in the groups' order."""
        groups = [
            (str(label), [tag for tag in self.certain if tag.tag.group == group])
            for group, label in Tag.Group.choices
        ]
        return [(label, tags) for label, tags in groups if tags]


def track_tags(track: Track, person: User) -> TrackTags:
    """Every tag of the vocabulary that has a score or a verdict, best score first.

    `person` is who looks. Four queries, one more where several have spoken, and now and then one
    """
    analysis = latest_analysis(track, over_time=True)
    scores = dict(zip(analysis.model.labels, analysis.mean_scores, strict=True)) if analysis else {}
    verdicts = settled_verdicts(track)
    own = _own_verdicts(track, person)
    tags = {tag.pk: tag for tag in Tag.objects.all()}
    ids = {tag.name: tag.pk for tag in tags.values()}
    calibration = calibration_of(analysis.model) if analysis else None
    # Decided here, not read: while a change of model goes through the library the rows are late.
    effective = effective_tags(track, analysis, verdicts, ids)
    members: dict[int, list[RawTag]] = defaultdict(list)
    for tag in tags.values():
        row, settled = effective.get(tag.pk), verdicts.get(tag.pk)
        if tag.name in scores or row or settled:
            members[tag.shown_as_id or tag.pk].append(
                RawTag(
                    tag=tag,
                    score=scores.get(tag.name),
                    effective=row is not None,
                    source=row.source if row else None,
                    verdict=settled.answer if settled else None,
                    own_verdict=own.get(tag.pk),
                    disputed=settled is not None and settled.disputed,
                    passages=row.passages if row else [],
                    **_measured(calibration, tag.name, scores.get(tag.name), row),
                )
            )
    tests = label_tests(analysis.model) if analysis else {}
    agreed = agreements(analysis.model) if analysis else {}
    shown = [
        _shown(tags[pk], sorted(raw, key=_by_score), tests, agreed.get(pk))
        for pk, raw in members.items()
    ]
    return TrackTags(analysis, tuple(sorted(shown, key=_by_score)), tuple(tags.values()))


class _Measured(TypedDict):
    confidence: float | None
    threshold: float | None
    heard: bool


def _measured(
    calibration: Calibration | None, label: str, score: float | None, row: TrackTag | None
) -> _Measured:
    """How sure the model is of a label, and from where on that makes a tag."""
    if calibration is None:
        return _Measured(confidence=None, threshold=None, heard=False)
    there = row.confidence if row else None
    return _Measured(
        confidence=calibration.confidence(label, score) if there is None else there,
        threshold=calibration.at_threshold(label),
        heard=calibration.may_set(label),
    )


def _own_verdicts(track: Track, person: User) -> dict[int, str]:
    standing = Verdict.objects.filter(track=track, person=person, withdrawn_at=None)
    return dict(standing.values_list("tag", "answer"))


def _shown(
    tag: Tag, raw: list[RawTag], tests: dict[str, LabelTest], agreement: TagAgreement | None
) -> ShownTag:
    """As reliable as the strongest of its labels that has been tested."""
    test = next((tests[one.tag.name] for one in raw if one.tag.name in tests), None)
    return ShownTag(tag, tuple(raw), Reliability(test, agreement))


def _by_score(tag: RawTag | ShownTag) -> tuple[float, str]:
    return (-(tag.score if tag.score is not None else -1.0), tag.tag.name)


# Below this a segment's score is noise, whatever a rare label's threshold says.
LEAST_PEAK = 0.35
# As many lanes as fit below the certain ones without a page that scrolls.
MOST_LANES = 6


def in_places(analysis: Analysis, tags: Iterable[ShownTag]) -> frozenset[int]:
    """The ids of those to be shown over time, the strongest at most. Reads the segments' scores."""
    model = analysis.model
    shown = {raw.tag.name: tag.tag.pk for tag in tags for raw in tag.raw}
    peaks = analysis.segment_scores().max(axis=0).tolist()
    asked = [
        (shown[label], peak, max(LEAST_PEAK, threshold))
        for label, peak, threshold in zip(model.labels, peaks, model.thresholds, strict=True)
        if label in shown
    ]
    strongest = merged(*zip(*asked, strict=True)) if asked else ShownScores({}, set())
    ranked = sorted(strongest.given, key=lambda pk: (-strongest.scores[pk], pk))
    return frozenset(ranked[:MOST_LANES])
