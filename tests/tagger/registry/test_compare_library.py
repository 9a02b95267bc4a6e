"""What a comparison on the library says, and when it says nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tagger.feedback.verdicts import give_verdict
from tagger.models import ModelVersion, Tag, Track, User, Verdict
from tagger.registry.compare_library import library_comparison
from tagger.registry.compare_metrics import Outcome
from tagger.registry.summary import summarise
from tests.web import rows


def record_verdict(owner: User, track: Track, name: str, answer: Verdict.Answer) -> None:
    give_verdict(owner, track, Tag.objects.get(name=name), answer)


def test_tags_gained_lost_and_shifted_are_counted(owner: User) -> None:
    library = [rows.analysed(rows.track(owner), guitar=0.9, piano=0.45) for _ in range(4)]
    scores = {track: {"guitar": 0.9, "piano": 0.45} for track in library}
    scores[library[0]] = {"guitar": 0.2, "piano": 0.55}
    scores[library[1]] = {"guitar": 0.9, "piano": 0.7}
    comparison = library_comparison(rows.candidate(scores), rows.active_model(), owner)
    assert comparison is not None
    assert (comparison.tracks, comparison.unchanged) == (4, 2)
    changes = {one.tag.name: (one.gained, one.lost) for one in comparison.tags}
    assert changes == {"piano": (2, 0), "guitar": (0, 1)}
    assert comparison.tags[0].shift == pytest.approx((0.10 + 0.25) / 4, abs=1e-6)
    assert [one.track for one in comparison.to_hear] == library[:2]
    assert [tag.name for tag in comparison.to_hear[0].lost] == ["guitar"]


def test_a_tag_that_only_the_candidate_knows_moves_from_nothing(owner: User) -> None:
    active = rows.active_model()
    labels = [label for label in active.labels if label != "harp"]
    ModelVersion.objects.filter(pk=active.pk).update(labels=labels, thresholds=[0.5] * len(labels))
    library = [rows.analysed(rows.track(owner), guitar=0.9) for _ in range(2)]
    scores = {track: {"guitar": 0.9, "harp": 0.8} for track in library}
    comparison = library_comparison(rows.candidate(scores), rows.active_model(), owner)
    assert comparison is not None
    assert [(one.tag.name, one.gained) for one in comparison.tags] == [("harp", 2)]
    assert comparison.tags[0].shift == pytest.approx(0.8, abs=0.01)


def test_synonyms_change_as_one_tag(owner: User) -> None:
    """A voice that is now called vocals instead of voice is no change to a listener."""
    track = rows.analysed(rows.track(owner), vocals=0.9)
    comparison = library_comparison(
        rows.candidate({track: {"voice": 0.9}}), rows.active_model(), owner
    )
    assert comparison is not None
    assert comparison.unchanged == 1


def test_silent_and_deleted_tracks_are_left_out(owner: User) -> None:
    from tagger.library.trash import delete_track

    silent = rows.analysed(rows.track(owner), notes=("silent",), guitar=0.9)
    deleted = rows.analysed(rows.track(owner), guitar=0.9)
    delete_track(deleted)
    scores = {silent: {"harp": 0.9}, deleted: {"harp": 0.9}}
    assert library_comparison(rows.candidate(scores), rows.active_model(), owner) is None


def test_many_verdicts_show_what_few_do_not(owner: User) -> None:
    library = [rows.analysed(rows.track(owner), guitar=0.9) for _ in range(12)]
    candidate = rows.candidate({track: {"harp": 0.9} for track in library})
    record_verdict(owner, library[0], "harp", Verdict.Answer.ACCEPTED)
    few = library_comparison(candidate, rows.active_model(), owner)
    assert summarise("candidate", few).outcome is Outcome.UNDECIDED
    for track in library[1:]:
        record_verdict(owner, track, "harp", Verdict.Answer.ACCEPTED)
    many = library_comparison(candidate, rows.active_model(), owner)
    assert many is not None
    assert many.agreement is not None
    assert (many.agreement.words, many.agreement.candidate) == (12, 1)
    summary = summarise("candidate", many)
    assert summary.outcome is Outcome.BETTER
    assert "12 verdicts" in summary.sentence


def test_it_takes_the_same_queries_whatever_the_number_of_tracks(
    owner: User, django_assert_num_queries: Any
) -> None:
    library = [rows.analysed(rows.track(owner), guitar=0.9) for _ in range(6)]
    candidate = rows.candidate({track: {"harp": 0.9} for track in library})
    active = rows.active_model()
    with django_assert_num_queries(4):
        library_comparison(candidate, active, owner)
