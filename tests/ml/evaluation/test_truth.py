"""Clips whose truth is known: what is asked of them, and how it is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.evaluation.tables import truth_table
from ml.evaluation.truth import TruthClip, read_truth, truth_report

LABELS = ["female", "male", "techno", "piano", "pop", "million-song: pop", "vocals", "vocal"]


def clip(kind: str, truth: str, number: int = 0) -> TruthClip:
    return TruthClip(f"{kind}-{truth}-{number}.mp3", kind, truth)


def scores(**by_label: float) -> list[float]:
    return [by_label.get(label.replace("million-song: ", "million_song_"), 0.0) for label in LABELS]


def test_a_woman_and_a_man_are_told_apart_by_their_own_tags() -> None:
    clips = [clip("speech", "female", k) for k in range(3)]
    clips += [clip("speech", "male", k) for k in range(3)]
    found = truth_report(
        "m", LABELS, clips, np.array([scores(female=0.9)] * 3 + [scores(female=0.1)] * 3)
    )
    female, male = found.answers
    assert (female.label, female.roc_auc, female.positives, female.negatives) == ("female", 1, 3, 3)
    assert (male.label, male.roc_auc) == ("male", 0.5)


@pytest.mark.slow
def test_a_tag_of_either_vocabulary_answers() -> None:
    clips = [clip("genre", "pop"), clip("genre", "jazz"), clip("genre", "rock")]
    rows = [scores(pop=0.2, million_song_pop=0.9), scores(pop=0.3), scores(pop=0.1)]
    found = truth_report("m", LABELS, clips, np.array(rows))
    areas = {one.label: one.roc_auc for one in found.answers if one.label.endswith("pop")}
    assert areas == {"pop": 0.5, "million-song: pop": 1.0}


@pytest.mark.slow
def test_intervals_hold_the_area_and_narrow_with_more_clips() -> None:
    rng = np.random.default_rng(0)

    def width(count: int) -> float:
        clips = [clip("speech", truth, k) for truth in ("female", "male") for k in range(count)]
        noisy = np.zeros((2 * count, len(LABELS)))
        noisy[:, 0] = np.repeat([0.6, 0.4], count) + rng.normal(0, 0.2, 2 * count)
        one = truth_report("m", LABELS, clips, noisy).answers[0]
        assert one.interval[0] <= one.roc_auc <= one.interval[1]
        return one.interval[1] - one.interval[0]

    assert width(80) < width(8)


def test_noise_and_dry_instruments_count_from_their_limits_on() -> None:
    clips = [clip("noise", "rain"), clip("noise", "bees"), clip("instrument", "tuba")]
    rows = [scores(piano=0.31), scores(piano=0.29), scores(techno=0.26, piano=0.9)]
    found = truth_report("m", LABELS, clips, np.array(rows))
    assert found.noises_as_music == ["rain: piano 0.31"]
    assert found.noise_share == 0.5
    assert found.instruments_as_genres == ["tuba: techno 0.26"]


def test_synonyms_take_one_place_among_the_first_five() -> None:
    labels = ["vocals", "vocal", "voice", "female", "woman", "man", "piano", "harp", "metal"]
    row = np.linspace(0.9, 0.1, len(labels))[None]
    found = truth_report("m", labels, [clip("genre", "metal")], row)
    # vocals, female vocals, male vocals, piano, harp: metal comes sixth.
    assert found.own_words == {"metal": 0}
    row[0, -1] = 0.25
    assert truth_report("m", labels, [clip("genre", "metal")], row).own_words == {"metal": 1}


def test_an_own_word_may_be_among_the_first_of_its_own_vocabulary_alone() -> None:
    labels = [*LABELS[:6], "million-song: country"]
    row = np.linspace(0.9, 0.1, len(labels))[None]
    found = truth_report("m", labels, [clip("genre", "country")], row)
    assert (found.own_words, found.own_words_by_vocabulary) == ({"country": 0}, {"country": 1})
    assert (found.own_word_share, found.own_word_share_by_vocabulary) == (0, 1)
    table = truth_table(found)
    assert "top five of all words: 0 of 1" in table
    assert "top five of either vocabulary: 1 of 1" in table


def test_what_the_folder_lacks_is_left_out_of_the_table() -> None:
    found = truth_report("m", LABELS, [clip("noise", "rain")], np.array([scores()]))
    assert found.own_word_share is None
    table = truth_table(found)
    assert "noises" in table
    assert "ROC-AUC" not in table
    assert "instruments" not in table


def test_a_folder_without_a_table_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="file, kind and truth"):
        read_truth(tmp_path)
    (tmp_path / "truth.tsv").write_text("file\tkind\na.mp3\tnoise\n")
    with pytest.raises(ValueError, match="columns"):
        read_truth(tmp_path)
