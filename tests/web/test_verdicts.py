from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tagger.models import Track, User

from . import rows

SCRIPT = {"HX-Request": "true"}


def judge(page: Client, made: Track, slug: str, answer: str) -> str:
    url = reverse("web:verdict", args=[made.pk, slug])
    return page.post(url, {"answer": answer}, headers=SCRIPT).content.decode()


def shown(made: Track) -> set[str]:
    return {row.tag.shown.name for row in made.track_tags.select_related("tag__shown_as")}


def test_a_rejected_tag_leaves_the_track(page: Client, song: Track) -> None:
    text = judge(page, song, "guitar", "rejected")
    assert "guitar rejected." in text
    assert shown(song) == {"rock"}


def test_a_rejected_tag_never_returns_when_heard_again(page: Client, song: Track) -> None:
    judge(page, song, "guitar", "rejected")
    rows.heard(song, guitar=0.99, rock=0.6)
    assert shown(song) == {"rock"}


def test_rejecting_a_shown_tag_covers_its_synonyms(page: Client, owner: User) -> None:
    made = rows.heard(rows.track(owner), female=0.9, woman=0.8, female_voice=0.7)
    judge(page, made, "female-vocals", "rejected")
    assert shown(made) == set()


def test_an_accepted_tag_stays_whatever_its_score(page: Client, song: Track) -> None:
    judge(page, song, "piano", "accepted")
    assert shown(song) == {"guitar", "rock", "piano"}


def test_accepting_takes_an_earlier_rejection_back(page: Client, owner: User) -> None:
    made = rows.heard(rows.track(owner), female=0.9, woman=0.8)
    judge(page, made, "female-vocals", "rejected")
    judge(page, made, "female-vocals", "accepted")
    assert shown(made) == {"female vocals"}


def test_a_verdict_can_be_undone(page: Client, song: Track) -> None:
    judge(page, song, "guitar", "rejected")
    text = judge(page, song, "guitar", "withdrawn")
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
