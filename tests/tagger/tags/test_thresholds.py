"""When scores become tags, and what synonyms make of one another."""

from __future__ import annotations

import pytest

from tagger.models import Track
from tagger.tags.thresholds import best_score, given, merged
from tagger.tags.track_tags import RawTag, ShownTag, track_tags
from tests.web import rows


def test_a_label_is_given_at_or_above_its_threshold() -> None:
    assert given([0.5, 0.49, 0.51], [0.5, 0.5, 0.5]) == [True, False, True]


def test_as_many_scores_as_thresholds_are_wanted() -> None:
    with pytest.raises(ValueError, match="zip"):
        given([0.5], [0.5, 0.5])


def test_one_synonym_that_is_given_gives_the_shown_tag() -> None:
    shown = merged([7, 7, 9], [0.2, 0.6, 0.3], [0.1, 0.9, 0.5])
    assert shown.scores == {7: 0.6, 9: 0.3}
    assert shown.given == {7}


def test_the_best_score_does_not_pass_by_a_threshold_of_another_label() -> None:
    assert merged([7, 7], [0.2, 0.6], [0.3, 0.9]).given == set()


def test_the_best_score_is_of_what_was_scored() -> None:
    assert best_score([None, 0.2, 0.4]) == 0.4
    assert best_score([None]) is None


def test_a_shown_tag_is_computed_once(song: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = RawTag.__getattribute__

    def counted(raw: RawTag, name: str) -> object:
        asked.append(name)
        return original(raw, name)

    shown: ShownTag = track_tags(song, rows.owner_of(song)).tags[0]
    first = (shown.score, shown.effective, shown.source, shown.verdict)
    monkeypatch.setattr(RawTag, "__getattribute__", counted)
    assert (shown.score, shown.effective, shown.source, shown.verdict) == first
    assert asked == []
