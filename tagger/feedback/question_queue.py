"""Which tags of a track are worth a person's look: the uncertain ones, and rare ones before common
ones, since the next model learns most from these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

from django.db import transaction

from tagger.models import Analysis, ModelVersion, Question, Track
from tagger.tags.card_metrics import card_figures
from tagger.tags.effective import SILENT, active_model
from tagger.tags.vocabulary import tag_ids

from .disputes import ask_about_all
from .review import to_be_asked

# So many a track: the queue of a large library stays small, and no track is asked about for long.
MOST = 3
# A few seconds' work.
AT_ONCE = 2000
# Odds beyond a factor of e² from the threshold's are no doubt.
DOUBT = 2.0


def ask(track: Track, model: ModelVersion, mean_scores: Iterable[float]) -> None:
    """Put the questions that this model's analysis of the track raises; former ones go."""
    ask_many(model, [(track, mean_scores)])


def ask_many(model: ModelVersion, analyses: Sequence[tuple[Track, Iterable[float]]]) -> None:
    """The same for many tracks with their mean scores, in four queries."""
    ids = tag_ids()
    tags = {name: ids.shown[pk] for name, pk in ids.by_name.items()}
    prevalence = _prevalence(model)
    tracks = [track for track, _ in analyses]
    # Within another transaction no point to go back to is needed: it fails, or all is written.
    with transaction.atomic(savepoint=False):
        known = Question.objects.filter(track__in=tracks, model=model)
        known.filter(disputed=False).delete()
        # What people differ about is asked already, and stays.
        asked = set(known.values_list("track", "tag"))
        Question.objects.bulk_create(
            Question(
                library_id=track.library_id,
                track=track,
                model=model,
                tag_id=tag_id,
                priority=priority,
            )
            for track, mean_scores in analyses
            if SILENT not in track.notes
            for tag_id, priority in _most_worth(_priorities(model, mean_scores, tags, prevalence))
            if (track.pk, tag_id) not in asked
        )
        ask_about_all(tracks)


def ask_waiting(most: int = AT_ONCE) -> int:
    """The questions of a library that was analysed before there were any; of how many tracks.

    Run by beat, a part at a time. Tracks about which there are questions are left as they are.
    """
    model = active_model()
    if model is None:
        return 0
    part = list(to_be_asked(model).defer("scores", "embedding")[:most])
    known = Question.objects.filter(model=model, track__in=[analysis.track_id for analysis in part])
    left_alone = set(known.values_list("track_id", flat=True))
    asked = sum(
        _ask_once(analysis, model) for analysis in part if analysis.track_id not in left_alone
    )
    below = part[-1].pk if len(part) == most else None
    ModelVersion.objects.filter(pk=model.pk).update(unasked_below=below)
    return asked


def _ask_once(analysis: Analysis, model: ModelVersion) -> bool:
    """Under the lock of the track, which may go meanwhile."""
    with transaction.atomic():
        own = Track.objects.filter(pk=analysis.track_id).only("library_id", "notes")
        track = own.select_for_update(no_key=True).first()
        if track:
            ask(track, model, analysis.mean_scores)
    return track is not None


def ask_again(track: Track) -> None:
    """The same from all analyses of the track."""
    for analysis in (
        Analysis.objects.filter(track=track).select_related("model").defer("scores", "embedding")
    ):
        ask(track, analysis.model, analysis.mean_scores)


def _most_worth(priorities: Mapping[int, float]) -> list[tuple[int, float]]:
    return sorted(priorities.items(), key=lambda item: -item[1])[:MOST]


def _priorities(
    model: ModelVersion,
    mean_scores: Iterable[float],
    tags: Mapping[str, int],
    prevalence: Mapping[str, float],
) -> dict[int, float]:
    """By shown tag, those in doubt: nearest to its threshold in odds, which calibrates each tag by
    its own; raised gently for tags that are rare in the model's data."""
    margins: dict[int, float] = {}
    rarity: dict[int, float] = {}
    for label, score, threshold in zip(model.labels, mean_scores, model.thresholds, strict=True):
        tag_id, margin = tags[label], _log_odds(score) - _log_odds(threshold)
        # The surest of its synonyms decides whether a shown tag is there.
        margins[tag_id] = max(margin, margins.get(tag_id, margin))
        rarity[tag_id] = prevalence.get(label, 1.0) ** -0.25
    return {
        tag_id: exp(-abs(margin)) * rarity[tag_id]
        for tag_id, margin in margins.items()
        if abs(margin) <= DOUBT
    }


def _prevalence(model: ModelVersion) -> dict[str, float]:
    """The share of the model's test clips that carry a label, where its card tells."""
    figures = card_figures(model)
    if figures is None:
        return {}
    return {
        label: (figure.positives + 1) / (figures.clips + 2)
        for label, figure in figures.per_tag.items()
    }


def _log_odds(share: float) -> float:
    bounded = min(max(share, 1e-6), 1 - 1e-6)
    return log(bounded / (1 - bounded))
