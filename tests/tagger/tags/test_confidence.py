"""How sure a model is of a tag: in rows, on pages, in the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ml.checkpoints import default_model_path, read_card
from tagger.feedback.verdicts import accept_shown
from tagger.models import ModelVersion, Tag, Track, User
from tagger.models.tag_words import WORDS
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tests.web import rows

CALIBRATION = {"tags": {"guitar": [4.0, 0.0]}, "pooled": [1.0, 0.0]}


@pytest.fixture
def calibrated(song: Track) -> Track:
    """A guitar at 0.9 and rock at 0.6, of a model whose card says what that means."""
    model = rows.active_model()
    model.card = {"calibration": CALIBRATION}
    model.save()
    return rows.analysed(song, guitar=0.9, rock=0.6)


@pytest.fixture
def page(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def listed(api: Client, track: Track) -> dict[str, Any]:
    tags = api.get(f"/api/v1/tracks/{track.pk}/").json()["tags"]
    return {tag["slug"]: (tag["strength"], tag["score"]) for tag in tags}


def test_a_word_for_each_tag_and_the_raw_score_beside_it(calibrated: Track, api: Client) -> None:
    said = listed(api, calibrated)
    assert {slug: word for slug, (word, _) in said.items()} == {"guitar": "sure", "rock": "likely"}
    assert said["guitar"][1] == pytest.approx(0.9, abs=0.001)


def test_what_a_person_gave_has_no_percentage(
    calibrated: Track, owner: User, api: Client, page: Client
) -> None:
    accept_shown(owner, calibrated, Tag.objects.get(name="guitar"))
    assert listed(api, calibrated)["guitar"][0] is None
    assert "90\u00a0%" not in page.get("/").content.decode()


def test_a_model_that_is_not_calibrated_says_so(song: Track, api: Client, page: Client) -> None:
    assert {word for word, _ in listed(api, song).values()} == {None}
    assert "has not been measured" in page.get(f"/tracks/{song.pk}/").content.decode()


def test_the_page_says_it_in_words_with_the_threshold_marked(
    calibrated: Track, page: Client
) -> None:
    body = page.get(f"/tracks/{calibrated.pk}/").content.decode()
    assert 'class="score">sure<' in body
    assert 'd="M0.500 0v1"' in body
    assert "raw score 90\u00a0%" in body


def test_in_german_as_well(calibrated: Track, page: Client) -> None:
    body = page.get(f"/tracks/{calibrated.pk}/", headers={"accept-language": "de"}).content.decode()
    assert 'class="score">sicher<' in body
    assert 'd="M0.500 0v1"' in body


def test_the_library_is_narrowed_to_what_is_sure(
    calibrated: Track, owner: User, api: Client
) -> None:
    def found(**query: str) -> int:
        return len(api.get("/api/v1/tracks/", query).json()["results"])

    assert found(tag="rock", strength="likely") == 1
    assert found(tag="rock", strength="sure") == 0
    accept_shown(owner, calibrated, Tag.objects.get(name="rock"))
    assert found(tag="rock", strength="sure") == 1


@pytest.mark.django_db
def test_a_release_brings_the_calibration_of_weights_that_were_there_before() -> None:
    ensure_vocabulary()
    version = ensure_model()
    old = version.card | {"calibration": {}}
    ModelVersion.objects.filter(pk=version.pk).update(card=old)
    again = ensure_model()
    assert again.card["calibration"] == read_card(default_model_path()).calibration
    assert read_card(again.weights.path).calibration == again.card["calibration"]
    assert again.activations.get().switched_at is None


def test_what_was_never_shown_to_be_heard_is_kept_apart(song: Track, page: Client) -> None:
    model = rows.active_model()
    model.thresholds = [1.0 if label == "opera" else 0.5 for label in model.labels]
    model.save()
    rows.analysed(song, opera=0.99, guitar=0.9)
    tags = page.get(f"/tracks/{song.pk}/").context["tags"]
    assert "opera" in {shown.tag.name for shown in tags.unheard}
    assert "opera" not in {shown.tag.name for shown in [*tags.certain, *tags.less_certain]}


def test_tags_have_german_names_on_german_pages_and_english_ones_in_the_api(
    song: Track, page: Client, api: Client
) -> None:
    assert ">Gitarre<" in page.get("/tags/", headers={"accept-language": "de"}).content.decode()
    body = page.get("/?tag=guitar", headers={"accept-language": "de"}).content.decode()
    assert "Gitarre" in body
    assert api.get(f"/api/v1/tracks/{song.pk}/").json()["tags"][0]["name"] == "guitar"


@pytest.mark.django_db
def test_every_tag_that_is_shown_has_its_words_and_decades_and_uses_are_groups() -> None:
    ensure_vocabulary()
    shown = Tag.objects.filter(shown_as=None)
    assert {tag.name for tag in shown} == {str(word) for word in WORDS}
    groups = dict(shown.values_list("name", "group"))
    assert (groups["80s"], groups["party"], groups["happy"]) == ("decade", "use", "mood")
