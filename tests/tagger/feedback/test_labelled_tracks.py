"""Examples out of verdicts: the latest, for every label behind a tag, never one side alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ml.config.labels import LABEL_NAMES
from ml.data.holdout import in_holdout
from tagger.feedback.labelled_tracks import labelled_tracks, new_labels, support, two_sided
from tagger.feedback.verdicts import accept_shown, give_verdict, reject_shown, withdraw_verdict
from tagger.models import ModelVersion, Tag, Track, User, Verdict
from tagger.tags.vocabulary_actions import TagRefused, add_tag, remove_tag
from tagger.training.options import training_examples
from tests.tagger.training.training_rows import labelled, small_model
from tests.web import rows

ACCEPTED, REJECTED = Verdict.Answer.ACCEPTED, Verdict.Answer.REJECTED


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def said(labels: tuple[str, ...] = LABEL_NAMES) -> list[dict[str, bool]]:
    return [track.answers for track in labelled_tracks(labels)]


def test_the_latest_standing_word_counts(owner: User, song: Track) -> None:
    give_verdict(owner, song, tag("harp"), ACCEPTED)
    give_verdict(owner, song, tag("harp"), REJECTED)
    give_verdict(owner, song, tag("flute"), ACCEPTED)
    withdraw_verdict(owner, song, tag("flute"))
    assert said() == [{"harp": False}]


def test_a_shown_tag_speaks_for_all_its_labels_but_those_spoken_of(
    owner: User, song: Track
) -> None:
    accept_shown(owner, song, tag("female vocals"))
    give_verdict(owner, song, tag("woman"), REJECTED)
    women = {"female": True, "female vocal": True, "female voice": True, "woman": False}
    assert said() == [women]
    other = rows.track(owner)
    reject_shown(owner, other, tag("female vocals"))
    assert dict.fromkeys(women, False) in said()


def test_what_machines_said_and_trashed_tracks_do_not_count(owner: User, song: Track) -> None:
    assert song.track_tags.exists()
    gone = labelled(owner, "harp", ACCEPTED, 1)[0]
    Track.objects.filter(pk=gone.pk).update(deleted_at="2026-01-01T00:00Z")
    assert said() == []


def test_one_sided_labels_train_only_beside_data_that_has_the_other_side(owner: User) -> None:
    labelled(owner, "harp", ACCEPTED, 8)
    labelled(owner, "flute", ACCEPTED, 8)
    labelled(owner, "flute", REJECTED, 8)
    tracks = labelled_tracks(LABEL_NAMES)
    assert set(support(two_sided(tracks, set()))) == {"flute"}
    assert set(support(two_sided(tracks, {"harp"}))) == {"flute", "harp"}


def test_reading_what_was_said_takes_two_queries(
    owner: User, django_assert_num_queries: Any
) -> None:
    labelled(owner, "harp", ACCEPTED, 5)
    with django_assert_num_queries(2):
        labelled_tracks(LABEL_NAMES)


def test_a_quarter_is_held_out_for_ever() -> None:
    held = [in_holdout(str(k)) for k in range(4000)]
    assert 0.22 < sum(held) / len(held) < 0.28
    assert held == [in_holdout(str(k)) for k in range(4000)]


def test_a_tag_of_ones_own_is_learnt_once_enough_was_said(owner: User, settings: Any) -> None:
    settings.TAG_VERDICTS = 12
    add_tag("chiptune", Tag.Group.GENRE)
    labelled(owner, "chiptune", ACCEPTED, 11)
    labelled(owner, "chiptune", REJECTED, 1)
    assert new_labels(LABEL_NAMES) == []
    labelled(owner, "chiptune", REJECTED, 1)
    assert new_labels(LABEL_NAMES) == ["chiptune"]
    assert new_labels([*LABEL_NAMES, "chiptune"]) == []


def test_a_new_network_learns_whatever_was_labelled_often_enough(
    owner: User, settings: Any
) -> None:
    settings.TAG_VERDICTS = 12
    for name in ("harp", "female vocals"):
        for answer in Verdict.Answer:
            labelled(owner, name, answer, 6)
    labelled(owner, "flute", ACCEPTED, 6)
    assert new_labels([]) == ["female vocals", "harp"]
    assert set(support(training_examples(None, anchored=set()))) == {"female vocals", "harp"}


def test_a_tag_of_ones_own_is_given_by_people_alone(owner: User, song: Track) -> None:
    mine = add_tag("  chip   tune ", Tag.Group.GENRE)
    assert (mine.name, mine.slug, mine.custom) == ("chip tune", "chip-tune", True)
    accept_shown(owner, song, mine)
    row = song.track_tags.get(tag=mine)
    assert (row.source, row.score) == ("person", None)


@pytest.mark.parametrize("name", ["", "x" * 65, "Harp", "a\x00b"])
def test_names_that_will_not_do_are_refused(owner: User, name: str) -> None:
    with pytest.raises(TagRefused):
        add_tag(name, Tag.Group.OTHER)


def test_a_name_in_another_script_has_an_address_too(owner: User) -> None:
    first, second = (add_tag(name, Tag.Group.OTHER) for name in ("ギター", "ドラム"))
    assert first.slug.startswith("tag-")
    assert first.slug != second.slug


def test_only_an_unused_tag_of_ones_own_can_be_removed(
    owner: User, song: Track, tmp_path: Path
) -> None:
    mine = add_tag("chiptune", Tag.Group.GENRE)
    verdict = give_verdict(owner, song, mine, ACCEPTED)
    for used in (mine, tag("harp")):
        with pytest.raises(TagRefused):
            remove_tag(used)
    withdraw_verdict(owner, song, mine)
    verdict.delete()
    learnt = small_model(tmp_path)
    ModelVersion.objects.filter(pk=learnt.pk).update(labels=["chiptune"])
    with pytest.raises(TagRefused, match="learnt"):
        remove_tag(mine)
    ModelVersion.objects.all().delete()
    remove_tag(mine)
    assert not Tag.objects.filter(name="chiptune").exists()
