"""A comparison is told in plain sentences, whatever there is to compare by."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from django.utils import translation

from tagger.registry.compare_library import LibraryComparison, ListenerAgreement
from tagger.registry.compare_metrics import Outcome, SplitComparison
from tagger.registry.intervals import Difference
from tagger.registry.summary import summarise
from tagger.tags.card_metrics import CardFigures, Figure

BETTER, WORSE = Difference(0.1, (0.05, 0.15)), Difference(-0.1, (-0.15, -0.05))
ALIKE = Difference(0.1, (-0.1, 0.3))
GAINS = [BETTER, WORSE, ALIKE, None]
FIGURES = CardFigures(300, 2, "A", Figure(0.9, None), Figure(0.5, None), {})


def split(gain: Difference | None) -> SplitComparison | str:
    if gain is None:
        return "candidate"
    return SplitComparison("test", FIGURES, FIGURES, gain, gain, [], paired=True)


def library(gain: Difference | None, verdicts: int = 40) -> LibraryComparison | None:
    agreement = ListenerAgreement(verdicts, 0.7, 0.6, gain) if gain else None
    return LibraryComparison(40, 20, [], [], agreement)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_combination_reads_as_whole_sentences(language: str) -> None:
    with translation.override(language):
        told = {
            summarise(split(one), library(other)).sentence for one, other in product(GAINS, GAINS)
        }
    assert len(told) == len(GAINS) ** 2
    for text in told:
        sentences = re.split(r"(?<=\.) ", text)
        assert len(sentences) >= 3
        assert all(one[0].isupper() and one[-1] == "." for one in sentences), text
        assert not re.search(r"[;:…]|\(\W*\)", text), text


@pytest.mark.parametrize(
    ("clips", "listeners", "said"),
    [
        (BETTER, BETTER, "Better than the active model. It ranks the test clips better"),
        (None, BETTER, "Better than the active model. It agrees with listeners more often."),
        (WORSE, None, "Worse than the active model. It ranks the test clips worse"),
        (ALIKE, WORSE, "Worse than the active model. It ranks the test clips neither"),
        (BETTER, WORSE, "Better in one respect, worse in another."),
        (ALIKE, None, "No difference that can be shown."),
        (None, None, "There is nothing to compare the two by yet."),
    ],
)
def test_it_begins_with_what_can_be_said(
    clips: Difference | None, listeners: Difference | None, said: str
) -> None:
    assert summarise(split(clips), library(listeners)).sentence.startswith(said)


def test_what_is_not_known_comes_last() -> None:
    told = summarise(split(None), library(ALIKE)).sentence
    assert told.endswith("The two have not been judged on the same test clips.")


def test_where_figures_point_apart_neither_is_called_better_by_chance() -> None:
    both = split(BETTER)
    assert isinstance(both, SplitComparison)
    apart = summarise(replace(both, average_precision=WORSE), None)
    assert apart.outcome is Outcome.UNDECIDED
    assert "neither surely better nor surely worse (ROC-AUC +0.100, average precision −0.100)" in (
        apart.sentence
    )


def test_one_verdict_is_one_and_german_figures_have_commas() -> None:
    assert "70 % of 1 verdict, the" in summarise("candidate", library(ALIKE, 1)).sentence
    with translation.override("de"):
        assert (
            "(ROC-AUC −0,100, Average Precision −0,100)" in summarise(split(WORSE), None).sentence
        )
