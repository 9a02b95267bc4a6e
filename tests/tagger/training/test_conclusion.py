"""The one sentence about a training says what its figures can bear."""

from __future__ import annotations

import pytest

from tagger.models import ModelVersion, Training
from tagger.training.conclusion import by_chance, conclusion
from tagger.training.options import MADE_UP, Choices, name_of
from tagger.training.queries import Result, TagResult


def result(*changes: float | None, clips: int = 200) -> Result:
    """One tag a change of average precision; None: the active model does not know it."""
    tags = [
        TagResult(
            f"tag {at}", f"tag {at}", 10, 0.5 + (change or 0), 0.8, None if change is None else 0.5
        )
        for at, change in enumerate(changes)
    ]
    return Result("test", clips, "the old one", tags)


@pytest.fixture
def training() -> Training:
    return Training(model=ModelVersion(pk=2), base=ModelVersion(pk=1))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (result(*[0.1] * 9, -0.1), "It has learnt: of 10 tags 9 are named better than by the old"),
        (result(*[-0.1] * 9, 0.1), "It has become worse: of 10 tags 9 are named worse"),
        (result(0.1, 0.1, -0.1), "No difference that can be shown: of 3 tags 2"),
        (result(*[0.1] * 10, clips=17), "nothing that can be shown: 17 clips are too few"),
        (result(None, None), "There is no other model to compare it with yet."),
        (result(*[0.1] * 8, None), "New to it: tag 8."),
    ],
)
def test_the_sentence_is_what_the_figures_can_bear(
    training: Training, found: Result, said: str
) -> None:
    assert said in conclusion(training, [found])


def test_a_training_that_kept_its_base_has_learnt_nothing(training: Training) -> None:
    training.model = training.base
    assert "It learnt nothing that helps" in conclusion(training, [])


def test_an_open_training_has_no_conclusion() -> None:
    assert conclusion(Training(model=None), []) == ""


@pytest.mark.parametrize(("up", "down", "chance"), [(9, 1, 0.0215), (5, 5, 1.0), (0, 0, 1.0)])
def test_chance_is_that_of_a_coin(up: int, down: int, chance: float) -> None:
    assert by_chance(up, down) == pytest.approx(chance, abs=1e-4)


def test_two_of_one_family_are_told_apart_by_when_they_were_taught() -> None:
    base = ModelVersion(name="Tonemark rese 2026-11-27 3")
    named = name_of(Choices(base=base, folder="", verdicts=True))
    assert named.startswith("Tonemark rese 2026-11-27 taught 20")
    again = name_of(Choices(base=ModelVersion(name=f"{named} 2"), folder="", verdicts=True))
    assert MADE_UP.sub("", again) == "Tonemark rese 2026-11-27"
