from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tagger.libraries.members import Role
from tagger.models import Track, User

from . import rows

SCRIPT = {"HX-Request": "true"}


def put_verdict(page: Client, made: Track, slug: str, answer: str) -> str:
    url = reverse("web:verdict", args=[made.pk, slug])
    return page.post(url, {"answer": answer}, headers=SCRIPT).content.decode()


def shown(made: Track) -> set[str]:
    return {row.tag.shown.name for row in made.track_tags.select_related("tag__shown_as")}


def test_a_rejected_tag_leaves_the_track(page: Client, song: Track) -> None:
    text = put_verdict(page, song, "guitar", "rejected")
    assert "guitar rejected." in text
    assert shown(song) == {"rock"}


def test_a_rejected_tag_never_returns_when_analysed_again(page: Client, song: Track) -> None:
    put_verdict(page, song, "guitar", "rejected")
    rows.analysed(song, guitar=0.99, rock=0.6)
    assert shown(song) == {"rock"}


def test_rejecting_a_shown_tag_covers_its_synonyms(page: Client, owner: User) -> None:
    made = rows.analysed(rows.track(owner), female=0.9, woman=0.8, female_voice=0.7)
    put_verdict(page, made, "female-vocals", "rejected")
    assert shown(made) == set()


def test_an_accepted_tag_stays_whatever_its_score(page: Client, song: Track) -> None:
    put_verdict(page, song, "piano", "accepted")
    assert shown(song) == {"guitar", "rock", "piano"}


def test_accepting_takes_an_earlier_rejection_back(page: Client, owner: User) -> None:
    made = rows.analysed(rows.track(owner), female=0.9, woman=0.8)
    put_verdict(page, made, "female-vocals", "rejected")
    put_verdict(page, made, "female-vocals", "accepted")
    assert shown(made) == {"female vocals"}


def test_a_verdict_can_be_undone(page: Client, song: Track) -> None:
    put_verdict(page, song, "guitar", "rejected")
    text = put_verdict(page, song, "guitar", "withdrawn")
    assert "back to the model" in text
    assert shown(song) == {"guitar", "rock"}


def test_without_a_script_the_page_comes_back(page: Client, song: Track) -> None:
    response = page.post(reverse("web:verdict", args=[song.pk, "guitar"]), {"answer": "accepted"})
    assert response["Location"] == reverse("web:track", args=[song.pk])


def test_an_answer_nobody_knows_is_refused(page: Client, song: Track) -> None:
    url = reverse("web:verdict", args=[song.pk, "guitar"])
    assert page.post(url, {"answer": "maybe"}).status_code == 400
    assert page.post(reverse("web:verdict", args=[song.pk, "kazoo"])).status_code == 404
    assert not song.verdicts.exists()


def add(page: Client, made: Track, slug: str) -> str:
    url = reverse("web:add-tag", args=[made.pk])
    return page.post(url, {"tag": slug}, headers=SCRIPT).content.decode()


def test_a_tag_the_model_did_not_give_can_be_added(page: Client, song: Track) -> None:
    assert "piano accepted." in add(page, song, "piano")
    assert shown(song) == {"guitar", "rock", "piano"}


def test_a_tag_can_be_added_before_the_track_is_analysed(page: Client, owner: User) -> None:
    made = rows.track(owner)
    add(page, made, "piano")
    assert shown(made) == {"piano"}


def test_a_tag_can_be_added_without_a_script(page: Client, song: Track) -> None:
    response = page.post(reverse("web:add-tag", args=[song.pk]), {"tag": "piano"})
    assert response["Location"] == reverse("web:track", args=[song.pk])
    assert shown(song) == {"guitar", "rock", "piano"}


def test_several_tags_are_added_at_once_by_name_or_slug(page: Client, song: Track) -> None:
    url = reverse("web:add-tag", args=[song.pk])
    text = page.post(url, {"tag": ["Female Vocals", "piano", ""]}, headers=SCRIPT).content.decode()
    assert "female vocals, piano accepted." in text
    assert shown(song) == {"guitar", "rock", "piano", "female vocals"}


def test_what_can_be_typed_is_told_with_what_one_gave_lately(page: Client, song: Track) -> None:
    add(page, song, "piano")
    add(page, song, "female-vocals")
    answer = page.get("/tags/choices.json").json()
    assert answer["recent"] == ["female-vocals", "piano"]
    names = [name for _, name, _ in answer["tags"]]
    assert "piano" in names
    assert "female" not in names  # a synonym is shown as another
    assert names == sorted(names, key=str.lower)  # "R&B" between "punk" and "rock"


def test_a_tag_nobody_knows_is_not_added_and_said(page: Client, song: Track) -> None:
    url = reverse("web:add-tag", args=[song.pk])
    for word in ("kazoo", "female", "a\0"):
        assert "There is no tag named" in add(page, song, word)
    assert (
        "piano accepted."
        in page.post(url, {"tag": ["kazoo", "piano"]}, headers=SCRIPT).content.decode()
    )
    told = page.post(url, {"tag": "kazoo"}, follow=True).content.decode()
    assert "There is no tag named kazoo." in told
    assert [one.tag.slug for one in song.verdicts.all()] == ["piano"]


def test_the_history_tells_who_said_what_and_what_was_taken_back(page: Client, song: Track) -> None:
    assert 'id="history"' not in page.get(reverse("web:track", args=[song.pk])).content.decode()
    put_verdict(page, song, "guitar", "rejected")
    text = put_verdict(page, song, "guitar", "accepted")
    assert "History: 2 verdicts" in text
    assert text.index("owner accepted <b>guitar</b>") < text.index("owner rejected <b>guitar</b>")
    assert text.count("withdrawn ") == 1


def test_a_word_on_synonyms_is_told_once(page: Client, owner: User) -> None:
    made = rows.analysed(rows.track(owner), female=0.9, woman=0.8)
    text = put_verdict(page, made, "female-vocals", "rejected")
    assert made.verdicts.count() > 1
    assert re.search(r"History: 1 verdict\s*<", text)


@pytest.mark.parametrize("name", ["verdict", "add-tag", "hear-again"])
def test_a_track_deleted_in_that_instant_is_not_found(
    name: str, page: Client, song: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("verdicts", "track"):
        monkeypatch.setattr(f"tagger.web.views.{module}.own_track", _gone_at_once)
    kwargs: dict[str, Any] = {"track_id": song.pk}
    if name == "verdict":
        kwargs["slug"] = "guitar"
    response = page.post(
        reverse(f"web:{name}", kwargs=kwargs), {"answer": "rejected", "tag": "piano"}
    )
    assert response.status_code == 404


def test_so_it_is_for_the_api(page: Client, song: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagger.api.track_tags.own_track", _gone_at_once)
    address = f"/api/v1/tracks/{song.pk}/tags/guitar/"
    for response in (
        page.put(address, {"verdict": "rejected"}, content_type="application/json"),
        page.delete(address),
    ):
        assert response.status_code == 404
        assert response.json()["type"].endswith("/not-found/")


def _gone_at_once(_: Any, track_id: UUID, role: Role) -> Track:
    """It was there for whoever looked, and is not for whoever acts."""
    track = Track(pk=track_id)
    Track.objects.filter(pk=track_id).delete()
    return track
