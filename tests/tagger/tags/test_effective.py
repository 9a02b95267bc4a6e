from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ml.inference.tagger import Analysis as Prediction
from tagger.analysis.record import record_analysis
from tagger.feedback.verdicts import give_verdict, reject_shown, withdraw_verdict
from tagger.models import Analysis, ModelVersion, Tag, Track, TrackTag, User, Verdict
from tagger.tags.effective import rebuild_effective_tags
from tests.web import rows

ACCEPTED, REJECTED = Verdict.Answer.ACCEPTED, Verdict.Answer.REJECTED


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def tags(track: Track) -> dict[str, str]:
    return dict(track.track_tags.values_list("tag__name", "source"))


def other_model(labels: list[str]) -> ModelVersion:
    return ModelVersion.objects.create(
        name="other", sha256="1" * 64, card={}, labels=labels, thresholds=[0.2] * len(labels)
    )


def analyse(track: Track, model: ModelVersion, scores: list[float]) -> Analysis:
    row = np.array([scores], dtype=np.float32)
    vector = np.eye(1, 1024, dtype=np.float32)[0]
    peaks = np.zeros(2, dtype=np.int8)
    return record_analysis(track, model, Prediction(row, row[0], vector, peaks, 2.7))


def test_scores_at_or_above_their_threshold_are_tags(song: Track) -> None:
    assert tags(song) == {"guitar": "model", "rock": "model"}


def test_a_tag_accepted_below_its_threshold_appears_as_a_persons(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("piano"), ACCEPTED)
    row = song.track_tags.get(tag__name="piano")
    assert row.source == TrackTag.Source.PERSON
    assert row.score == pytest.approx(0.01)


def test_a_rejected_tag_disappears(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("guitar"), REJECTED)
    assert tags(song) == {"rock": "model"}


def test_a_rejected_tag_never_returns_by_analysing_again(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("guitar"), REJECTED)
    rows.analysed(song, guitar=0.99)
    assert "guitar" not in tags(song)


def test_a_rejected_tag_never_returns_with_another_model(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("guitar"), REJECTED)
    model = other_model(["guitar", "harp"])
    analyse(song, model, [0.9, 0.8])
    rows.promoted(model)
    assert tags(song) == {"harp": "model"}


def test_an_accepted_tag_outlives_a_model_that_does_not_know_it(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("piano"), ACCEPTED)
    model = other_model(["harp"])
    analyse(song, model, [0.8])
    rows.promoted(model)
    assert tags(song) == {"harp": "model", "piano": "person"}
    assert song.track_tags.get(tag__name="piano").score is None


def test_activating_a_model_and_going_back_brings_the_tags_back(song: Track) -> None:
    former = ModelVersion.objects.get(state="active")
    model = other_model(["harp"])
    analyse(song, model, [0.8])
    assert tags(song) == {"guitar": "model", "rock": "model"}
    rows.promoted(model)
    assert tags(song) == {"harp": "model"}
    rows.promoted(former)
    assert tags(song) == {"guitar": "model", "rock": "model"}
    assert ModelVersion.objects.get(state="active") == former


def test_tracks_the_new_model_has_not_analysed_keep_their_tags(song: Track) -> None:
    rows.promoted(other_model(["harp"]))
    assert tags(song) == {"guitar": "model", "rock": "model"}


def test_withdrawing_brings_the_models_opinion_back(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("guitar"), REJECTED)
    assert withdraw_verdict(owner, song, tag("guitar"))
    assert tags(song)["guitar"] == "model"
    assert not withdraw_verdict(owner, song, tag("guitar"))


def test_a_changed_verdict_stays_in_the_history(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("guitar"), REJECTED)
    give_verdict(owner, song, tag("guitar"), ACCEPTED)
    assert tags(song)["guitar"] == "person"
    history = song.verdicts.order_by("pk").values_list("answer", "withdrawn_at")
    assert [(answer, when is None) for answer, when in history] == [
        ("rejected", False),
        ("accepted", True),
    ]


def test_the_same_verdict_twice_is_one(song: Track, owner: User) -> None:
    first = give_verdict(owner, song, tag("guitar"), ACCEPTED)
    assert give_verdict(owner, song, tag("guitar"), ACCEPTED) == first
    assert song.verdicts.count() == 1


def test_rejecting_a_shown_tag_rejects_its_synonyms(song: Track, owner: User) -> None:
    synonym = Tag.objects.exclude(shown_as=None).select_related("shown_as")[0]
    scores: dict[str, Any] = {synonym.name.replace(" ", "_"): 0.9}
    rows.analysed(song, **scores)
    assert synonym.name in tags(song)
    reject_shown(owner, song, synonym.shown)
    assert synonym.name not in tags(song)


def test_analysing_the_same_twice_changes_nothing(song: Track) -> None:
    before = list(song.track_tags.values())
    rows.analysed(song, guitar=0.9, rock=0.6)
    assert list(song.track_tags.values()) == before
    assert song.analyses.count() == 1


def test_tags_can_be_rebuilt_from_scores_and_verdicts(song: Track, owner: User) -> None:
    give_verdict(owner, song, tag("piano"), ACCEPTED)
    expected = tags(song)
    song.track_tags.all().delete()
    TrackTag.objects.create(track=song, tag=tag("harp"), score=1.0, source="model")
    rebuild_effective_tags(song)
    assert tags(song) == expected


def test_segment_scores_survive_being_stored(song: Track) -> None:
    analysis = song.analyses.get()
    scores = analysis.segment_scores()
    assert scores.shape == (3, len(analysis.model.labels))
    assert scores[0] == pytest.approx(np.array(analysis.mean_scores), abs=1e-3)
