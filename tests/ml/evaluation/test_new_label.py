"""A tag of one's own: judged half and half, true of an eighth of the library."""

from __future__ import annotations

import numpy as np
import pytest

from ml.evaluation.new_label import LEAST_EVIDENCE, MOST_SHOWN, MOST_TIMES, NewLabel, fit_to_library

TRUE_SHARE = 0.12


def logits(rng: np.random.Generator, yes: np.ndarray, apart: float) -> np.ndarray:
    """What an output says that tells the two apart this well, far too sure of itself."""
    return 3 * (rng.standard_normal(len(yes)) + apart * (yes - 0.5)) + 1


def learnt(apart: float, verdicts: int = 30, seed: int = 0) -> tuple[NewLabel, float]:
    """What is found, and the share of the library that is shown wrongly or rightly."""
    rng = np.random.default_rng(seed)
    answers = np.arange(verdicts) % 2 == 0
    has = rng.random(600) < TRUE_SHARE
    tracks = logits(rng, has, apart)
    library = [mean + rng.standard_normal(20) for mean in tracks]
    found = fit_to_library(logits(rng, answers, apart), answers, library)
    scores = [1 / (1 + np.exp(-(found.slope * one + found.shift))) for one in library]
    return found, float(np.mean([one.mean() >= found.threshold for one in scores]))


@pytest.mark.parametrize("seed", range(5))
def test_a_tag_that_is_well_learnt_is_shown_about_as_often_as_it_is_true(seed: int) -> None:
    found, shown = learnt(apart=3.0, seed=seed)
    assert found.prior == pytest.approx(TRUE_SHARE, abs=0.06)
    assert 0.05 < shown < 0.2
    assert found.shown == pytest.approx(shown, abs=0.01)


@pytest.mark.parametrize("apart", [0.0, 0.5, 1.0])
def test_a_tag_that_is_hardly_learnt_is_shown_on_few(apart: float) -> None:
    found, shown = learnt(apart)
    assert found.prior is not None
    assert shown <= min(MOST_SHOWN, MOST_TIMES * found.prior) + 0.01


def test_too_few_verdicts_are_no_evidence() -> None:
    few, _ = learnt(2.0, verdicts=2 * LEAST_EVIDENCE - 2)
    enough, _ = learnt(2.0, verdicts=2 * LEAST_EVIDENCE)
    assert (few.has_evidence, few.roc_auc, few.interval) == (False, None, None)
    assert enough.has_evidence
    assert enough.interval is not None
    assert enough.interval[0] < (enough.roc_auc or 0) <= enough.interval[1]


def test_without_a_library_a_tag_is_taken_for_as_rare_as_tags_are() -> None:
    rng = np.random.default_rng(0)
    answers = np.arange(40) % 2 == 0
    found = fit_to_library(logits(rng, answers, 1.0), answers)
    assert (found.prior, found.shown) == (None, None)
    undecided = -found.shift / found.slope
    assert undecided > np.median(logits(rng, answers, 1.0))


def test_a_tag_needs_both_answers() -> None:
    with pytest.raises(ValueError, match="accepted and rejected"):
        fit_to_library(np.zeros(4), np.ones(4, dtype=bool))
