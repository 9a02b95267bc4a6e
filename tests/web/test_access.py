"""What the matrix of tests/access cannot say: nothing changed, scripts, forms, CSRF."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tagger.library.trash import delete_track
from tagger.models import ApiToken, Track, User


@pytest.mark.django_db
def test_a_script_whose_session_has_ended_is_told_to_sign_in(client: Client) -> None:
    response = client.post(
        "/live/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/upload/"}
    )
    assert response["HX-Redirect"] == "/sign-in/?next=/upload/"


@pytest.mark.parametrize("name", ["edit-track", "delete-track", "hear-again"])
def test_somebody_elses_track_cannot_be_changed(name: str, song: Track, outside: Client) -> None:
    assert outside.post(reverse(f"web:{name}", args=[song.pk])).status_code == 404
    song.refresh_from_db()
    assert song.title == "Blue hour"
    assert not song.jobs.exists()


def test_somebody_elses_trash_cannot_be_touched(song: Track, outside: Client) -> None:
    delete_track(song)
    assert outside.post(reverse("web:restore-track", args=[song.pk])).status_code == 404
    outside.post(reverse("web:bulk"), {"action": "purge", "id": song.pk, "confirmed": "1"})
    assert Track.objects.get().deleted_at is not None


def test_somebody_elses_tags_cannot_be_judged(song: Track, outside: Client) -> None:
    url = reverse("web:verdict", args=[song.pk, "guitar"])
    assert outside.post(url, {"answer": "rejected"}).status_code == 404
    added = outside.post(reverse("web:add-tag", args=[song.pk]), {"tag": "piano"})
    assert added.status_code == 404
    assert not song.verdicts.exists()


def test_somebody_elses_token_cannot_be_revoked(owner: User, outside: Client) -> None:
    token = ApiToken.objects.create(owner=owner, name="sync", prefix="tm_12345", digest="d" * 64)
    assert outside.post(reverse("web:revoke-token", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.is_valid


def test_a_form_without_its_token_is_refused(owner: User, song: Track) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    response = strict.post(reverse("web:delete-track", args=[song.pk]))
    assert response.status_code == 403
    assert "open for too long" in response.content.decode()
    assert Track.objects.filter(pk=song.pk).exists()
