"""The gate before a model becomes active, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from tagger.models import Activation, Job, ModelVersion, Track, User
from tagger.registry.intervals import precision_figure
from tagger.registry.promotion import (
    NothingToGoBackToError,
    PromotionRefusedError,
    concerns_about,
    promote,
    roll_back,
)
from tests.web import rows

from .cards import card_of, paired

WEB = Job.Trigger.WEB
PASSED = {"sounds": ["silence"], "problems": []}


@pytest.fixture
def active(song: Track) -> ModelVersion:
    model = rows.active_model()
    model.card = card_of(0.9)
    model.save()
    return model


def candidate(card: dict[str, Any], smoke: dict[str, list[str]] | None = None) -> ModelVersion:
    made = rows.candidate({}, card)
    made.smoke = PASSED if smoke is None else smoke
    made.save()
    return made


def codes(version: ModelVersion) -> list[str]:
    return [concern.code for concern in concerns_about(version)]


def test_a_model_as_good_as_the_active_one_passes(active: ModelVersion, owner: User) -> None:
    version = candidate(card_of(0.895))
    change = promote(version, by=owner, trigger=WEB)
    assert ModelVersion.objects.get(state="active") == version
    assert (change.by, change.former, change.model_name) == (owner, active, version.name)


def test_one_that_is_surely_worse_needs_a_reason(active: ModelVersion, owner: User) -> None:
    version = candidate(card_of(0.85))
    with pytest.raises(PromotionRefusedError, match="worse than tonemark-test"):
        promote(version, by=owner, trigger=WEB)
    assert ModelVersion.objects.get(state="active") == active
    promote(version, by=owner, trigger=WEB, reason=" It knows the harp. ")
    logged = Activation.objects.get()
    assert logged.reason == "It knows the harp."
    assert "worse" in logged.concerns[0]


def test_a_small_loss_is_told_where_clips_are_compared_with_themselves(
    active: ModelVersion,
) -> None:
    assert codes(candidate(card_of(0.895))) == []
    assert codes(candidate(paired(-0.005, active.sha256))) == ["worse"]
    assert codes(candidate(paired(-0.001, active.sha256))) == []


def test_a_comparison_with_another_model_than_the_active_counts_for_nothing(
    active: ModelVersion,
) -> None:
    assert codes(candidate(paired(-0.005, "f" * 64))) == []


def test_no_figures_and_other_data_are_concerns(active: ModelVersion) -> None:
    assert codes(candidate({})) == ["not-comparable-candidate"]
    assert codes(candidate(card_of(0.95, clips=12))) == ["not-comparable-data"]
    broken: dict[str, Any] = {"metrics": {"test": {"clips": "many"}}}
    assert codes(candidate(broken)) == ["not-comparable-candidate"]


def test_figures_of_clips_the_training_used_are_no_test(active: ModelVersion) -> None:
    assert codes(candidate(paired(0.02, active.sha256, split="validation"))) == ["not-tested"]


def test_the_smoke_test_must_have_run_and_passed(active: ModelVersion) -> None:
    unchecked = rows.candidate({}, card_of(0.9))
    assert codes(unchecked) == ["unchecked"]
    failed = candidate(card_of(0.9), {"sounds": [], "problems": ["It hums.", "It hisses."]})
    assert codes(failed) == ["smoke", "smoke"]


def test_the_first_model_passes_whatever_it_is(db: None) -> None:
    assert concerns_about(rows.candidate({})) == []


def test_rolling_back_and_forth(active: ModelVersion, owner: User) -> None:
    version = candidate(card_of(0.9))
    promote(version, by=owner, trigger=WEB)
    back = roll_back(version, by=owner, trigger=WEB)
    assert (back.rollback, back.model_name) == (True, active.name)
    assert ModelVersion.objects.get(state="active") == active
    assert roll_back(active, by=owner, trigger=WEB).model_name == version.name


def test_the_second_of_two_who_roll_back_changes_nothing(active: ModelVersion, owner: User) -> None:
    version = candidate(card_of(0.9))
    promote(version, by=owner, trigger=WEB)
    roll_back(version, by=owner, trigger=WEB)
    with pytest.raises(NothingToGoBackToError, match="not the active model any more"):
        roll_back(version, by=owner, trigger=WEB)
    assert ModelVersion.objects.get(state="active") == active


def test_there_is_nothing_before_the_first(active: ModelVersion, owner: User) -> None:
    with pytest.raises(NothingToGoBackToError, match="no version before"):
        roll_back(active, by=owner, trigger=WEB)


def test_an_average_precision_of_few_clips_is_less_certain_than_of_many() -> None:
    few, many = precision_figure(0.6, 10), precision_figure(0.6, 400)
    assert few.interval is not None
    assert many.interval is not None
    assert 0 < few.interval[0] < many.interval[0] < 0.6 < many.interval[1] < few.interval[1] < 1
    # Worked out by hand: logit 0.4055, 1.96 / sqrt(10 * 0.24) = 1.2652.
    assert few.interval == pytest.approx((0.2974, 0.8417), abs=2e-4)
    assert precision_figure(1.0, 10).interval is None


def test_an_average_precision_next_to_one_or_nought_says_nothing_of_the_rest() -> None:
    for precision in (1 - 1e-12, 1e-12):
        assert precision_figure(precision, 1).interval == pytest.approx((0.0, 1.0))
