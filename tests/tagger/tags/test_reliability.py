from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tagger.feedback.verdicts import accept_shown, reject_shown
from tagger.models import ModelVersion, Tag, User
from tagger.tags.reliability import TagAgreement, agreements, label_tests
from tagger.tags.track_tags import track_tags
from tests.web import rows


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def model(db: None) -> ModelVersion:
    made = rows.active_model()
    made.card = {
        "metrics": {
            "test": {
                "per_tag": [
                    _tested("guitar", 0.81, 40),
                    _tested("rock", 0.55, 12),
                    _tested("woman", 0.2, 30),
                    _tested("harp", 0.9, 3),
                ]
            }
        }
    }
    made.save()
    return made


def _tested(tag: str, precision: float, clips: int) -> dict[str, Any]:
    return {"tag": tag, "average_precision": precision, "roc_auc": 0.9, "positives": clips}


def test_a_label_with_too_few_clips_counts_as_untested(model: ModelVersion) -> None:
    assert set(label_tests(model)) == {"guitar", "rock", "woman"}


def test_each_tag_says_how_well_the_model_knows_it(owner: User, model: ModelVersion) -> None:
    song = rows.analysed(rows.track(owner), guitar=0.9, rock=0.6, female=0.8, woman=0.7)
    levels = {
        tag.tag.name: tag.reliability.level for tag in track_tags(song, rows.owner_of(song)).tags
    }
    assert (levels["guitar"], levels["rock"], levels["harp"]) == ("well", "fairly", "")
    assert levels["female vocals"] == "poorly"  # by the strongest label that was tested


def test_people_agree_or_not_with_what_the_model_named(owner: User, model: ModelVersion) -> None:
    guitar, voice = Tag.objects.get(name="guitar"), Tag.objects.get(name="female vocals")
    for number in range(6):
        song = rows.analysed(rows.track(owner), guitar=0.9, female=0.8, woman=0.7)
        (accept_shown if number else reject_shown)(owner, song, guitar)
        reject_shown(owner, song, voice)
    unnamed = rows.analysed(rows.track(owner), guitar=0.1)
    accept_shown(owner, unnamed, guitar)  # the model had not named it
    assert agreements(model) == {guitar.pk: TagAgreement(5, 6), voice.pk: TagAgreement(0, 6)}


def test_a_few_words_are_no_share(owner: User, model: ModelVersion) -> None:
    song = rows.analysed(rows.track(owner), guitar=0.9)
    accept_shown(owner, song, Tag.objects.get(name="guitar"))
    assert agreements(model) == {}


def test_words_are_not_counted_anew_for_each_page(
    model: ModelVersion, django_assert_num_queries: Any
) -> None:
    agreements(model)
    with django_assert_num_queries(0):
        agreements(model)
