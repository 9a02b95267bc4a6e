from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from tagger.accounts.tokens import make_token
from tagger.feedback.verdicts import give_verdict
from tagger.models import ApiToken, Job, ModelVersion, Tag, Track, User, Verdict
from tests.web import rows

PAGES = ["track", "tag", "job", "modelversion", "verdict", "apitoken", "user"]


@pytest.fixture
def admin_page(owner: User, song: Track) -> Client:
    """An admin's browser, with a row of each kind to look at."""
    boss = rows.person("boss", is_staff=True, is_superuser=True)
    rows.job(rows.track(owner, "Failed song"), Job.State.FAILED, error_code="damaged")
    give_verdict(owner, song, Tag.objects.get(name="guitar"), Verdict.Answer.ACCEPTED)
    make_token(owner, "script", ApiToken.Scope.READ)
    browser = Client()
    browser.force_login(boss)
    return browser


def act(page: Client, model: str, action: str, *pks: Any, **more: str) -> Any:
    data = {"action": action, "_selected_action": [str(pk) for pk in pks], **more}
    return page.post(f"/admin/tagger/{model}/", data, follow=True)


@pytest.mark.parametrize("model", PAGES)
def test_every_list_opens_and_can_be_searched(admin_page: Client, model: str) -> None:
    for query in ({}, {"q": "guitar"}):
        assert admin_page.get(f"/admin/tagger/{model}/", query).status_code == 200


def test_tracks_are_found_as_the_library_finds_them(admin_page: Client, outsider: User) -> None:
    rows.track(outsider, "Slawischer Tanz", artist="Dvořák")
    for query in ("dvorak", "TANZ outsider", "Dvor\u030ca\u0301k"):
        page = admin_page.get("/admin/tagger/track/", {"q": query}).content.decode()
        assert ("Slawischer Tanz" in page, "Failed song" in page) == (True, False), query


@pytest.mark.parametrize("model", ["track", "job", "verdict"])
def test_a_list_takes_the_same_queries_whatever_its_length(
    admin_page: Client, owner: User, model: str, django_assert_max_num_queries: Any
) -> None:
    tag = Tag.objects.get(name="piano")
    for _ in range(10):
        track = rows.track(owner)
        rows.job(track, Job.State.FAILED)
        give_verdict(owner, track, tag, Verdict.Answer.ACCEPTED)
    with django_assert_max_num_queries(14):
        admin_page.get(f"/admin/tagger/{model}/")


@pytest.mark.parametrize("model", PAGES)
def test_every_row_can_be_read(admin_page: Client, model: str) -> None:
    row = apps.get_model("tagger", model)._default_manager.first()
    assert row is not None
    assert admin_page.get(f"/admin/tagger/{model}/{row.pk}/change/").status_code == 200


def test_what_actions_own_cannot_be_typed_in(admin_page: Client, song: Track) -> None:
    address = f"/admin/tagger/track/{song.pk}/change/"
    assert admin_page.post(address, {"title": "Typed"}).status_code == 403
    for model in ("track", "job", "modelversion", "verdict", "apitoken"):
        assert admin_page.get(f"/admin/tagger/{model}/add/").status_code == 403


def test_no_digest_of_a_token_is_shown(admin_page: Client) -> None:
    token = ApiToken.objects.get()
    page = admin_page.get(f"/admin/tagger/apitoken/{token.pk}/change/").content.decode()
    assert token.prefix in page
    assert token.digest not in page


def test_a_failed_job_is_tried_again(admin_page: Client) -> None:
    job = Job.objects.get(state="failed")
    assert b"1 job is queued again" in act(admin_page, "job", "retry", job.pk).content
    assert Job.objects.get(state="queued").trigger == Job.Trigger.ADMIN
    cancelled = act(admin_page, "job", "cancel", Job.objects.get(state="queued").pk)
    assert b"1 job is told to stop" in cancelled.content


def test_a_job_that_cannot_be_tried_again_says_why(admin_page: Client, song: Track) -> None:
    done = rows.job(song, Job.State.SUCCEEDED)
    assert b"Only a failed or cancelled job" in act(admin_page, "job", "retry", done.pk).content


def test_a_token_is_revoked(admin_page: Client) -> None:
    act(admin_page, "apitoken", "revoke", ApiToken.objects.get().pk)
    assert ApiToken.objects.get().revoked_at is not None


def test_a_track_is_analysed_again(admin_page: Client, song: Track) -> None:
    act(admin_page, "track", "analyse_again", song.pk)
    assert song.jobs.get().state == Job.State.QUEUED


def test_a_deleted_track_takes_its_file_along(
    admin_page: Client, song: Track, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        act(admin_page, "track", "delete_selected", song.pk, post="yes")
    assert not Track.objects.filter(pk=song.pk).exists()
    assert not song.file.storage.exists(str(song.file.name))


def test_a_model_is_made_active_only_after_asking(admin_page: Client, song: Track) -> None:
    former, other = ModelVersion.objects.get(), rows.candidate({})
    page = act(admin_page, "modelversion", "activate", other.pk)
    assert page.redirect_chain[-1][0] == f"/models/{other.pk}/promote/"
    assert ModelVersion.objects.get(state="active") == former
    unsure = act(admin_page, "modelversion", "activate", former.pk, other.pk)
    assert b"Choose one model version" in unsure.content


def test_staff_without_the_right_may_not_act(admin_page: Client, song: Track) -> None:
    from django.contrib.auth.models import Permission

    helper = rows.person("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_job"))
    browser = Client()
    browser.force_login(helper)
    assert browser.get("/admin/tagger/job/").status_code == 200
    act(browser, "job", "retry", Job.objects.get().pk)
    assert Job.objects.count() == 1
