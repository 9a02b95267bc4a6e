"""Libraries that several people share: who is in, what they see, and how they come and go."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tagger.jobs.lifecycle import create_job
from tagger.libraries import invitations, manage
from tagger.libraries.manage import LibraryRefused
from tagger.libraries.members import Role, RoleError, libraries_of, membership_in, memberships_of
from tagger.library.bulk import BulkRequest, run_bulk, start
from tagger.library.bulk_actions import BulkAction
from tagger.library.facets import library_counts
from tagger.library.saved_views import make_view, views_in, views_of
from tagger.library.search import library, tracks_of
from tagger.models import Job, Library, Membership, SavedView, Track, User, Webhook, WebhookDelivery
from tagger.uploads import resumable
from tagger.uploads.ingest import SenderMetadata, ingest
from tagger.webhooks.events import announce
from tests import audio_factory as factory
from tests.tagger.conftest import scratch_media, sent, token_client
from tests.web import rows

__all__ = ["scratch_media", "sent"]


@pytest.fixture
def shared(owner: User) -> Library:
    return manage.make_library(owner, "Station archive")


def join(person: User, where: Library, role: Role) -> Membership:
    return Membership.objects.create(library=where, person=person, role=role)


def test_every_account_has_a_library_that_it_keeps(db: None) -> None:
    made = [rows.person(), User.objects.create(username="plain"), User(username="saved")]
    made[2].save()
    for person in made:
        membership = memberships_of(person)[0]
        assert membership.library == person.personal_library
        assert membership.role == Role.KEEPER
    made[0].save()
    assert Library.objects.count() == 3


def test_its_own_library_goes_with_an_account_and_another_stays(
    owner: User, outsider: User, shared: Library
) -> None:
    join(outsider, shared, Role.KEEPER)
    kept = rows.track(owner, library=shared)
    gone = rows.track(owner)
    owner.delete()
    assert not Track.objects.filter(pk=gone.pk).exists()
    kept.refresh_from_db()
    assert kept.added_by is None
    assert library_counts(shared).tracks == 1


def test_members_see_the_same_tracks_and_strangers_none(
    owner: User, outsider: User, shared: Library
) -> None:
    track = rows.analysed(rows.track(owner, library=shared), guitar=0.9)
    assert not tracks_of(outsider).filter(pk=track.pk).exists()
    membership = join(outsider, shared, Role.LISTENER)
    assert list(tracks_of(outsider)) == [track]
    assert list(library(shared)) == [track]
    assert not library(outsider.personal_library).exists()
    manage.end_membership(membership)
    assert not tracks_of(outsider).exists()


def test_the_same_sound_may_lie_in_two_libraries(
    owner: User, shared: Library, tmp_path: Path, sent: list[str], scratch_media: Path
) -> None:
    for where in (owner.personal_library, shared, shared):
        file = factory.write(tmp_path / "a.wav", factory.tone(440, 1))
        taken = ingest(file, "a.wav", library=where, by=owner, trigger=Job.Trigger.API)
        assert taken.track.library == where
    assert taken.duplicate
    assert (library(shared).count(), library(owner.personal_library).count()) == (1, 1)


def test_counts_are_each_librarys_own(owner: User, shared: Library) -> None:
    rows.analysed(rows.track(owner, library=shared), guitar=0.9)
    rows.analysed(rows.track(owner), guitar=0.9)
    assert library_counts(shared).tracks == 1
    assert library_counts(owner.personal_library).tracks == 1


def test_an_invitation_is_accepted_or_declined(
    owner: User, outsider: User, shared: Library
) -> None:
    asked = invitations.invite(shared, " outsider ", Role.LISTENER, by=owner)
    again = invitations.invite(shared, "outsider", Role.EDITOR, by=owner)
    assert asked.pk == again.pk
    assert shared not in libraries_of(outsider)
    assert invitations.accept(asked).role == Role.EDITOR
    assert shared in libraries_of(outsider)
    assert not invitations.invitations_of(outsider).exists()
    with pytest.raises(LibraryRefused):
        invitations.invite(shared, "outsider", Role.EDITOR, by=owner)


def test_who_is_not_known_or_not_active_cannot_be_invited(owner: User, shared: Library) -> None:
    rows.person("left", is_active=False)
    for name in ("nobody", "left", ""):
        with pytest.raises(LibraryRefused):
            invitations.invite(shared, name, Role.LISTENER, by=owner)


def test_somebody_always_keeps_a_library(owner: User, outsider: User, shared: Library) -> None:
    mine = Membership.objects.get(library=shared, person=owner)
    other = join(outsider, shared, Role.EDITOR)
    for step in (manage.end_membership, lambda one: manage.change_role(one, Role.EDITOR)):
        with pytest.raises(LibraryRefused):
            step(mine)
    manage.change_role(other, Role.KEEPER)
    manage.change_role(mine, Role.LISTENER)
    assert Membership.objects.get(pk=mine.pk).role == Role.LISTENER
    manage.end_membership(mine)


def test_nobody_is_taken_out_of_their_own_library(owner: User, outsider: User) -> None:
    join(outsider, owner.personal_library, Role.KEEPER)
    own = membership_in(owner, owner.personal_library)
    assert own
    for step in (manage.end_membership, lambda one: manage.change_role(one, Role.LISTENER)):
        with pytest.raises(LibraryRefused):
            step(own)
    with pytest.raises(LibraryRefused):
        manage.delete_library(owner.personal_library)


def test_only_an_empty_library_is_deleted(owner: User, shared: Library) -> None:
    track = rows.track(owner, library=shared)
    with pytest.raises(LibraryRefused):
        manage.delete_library(shared)
    track.delete()
    manage.delete_library(shared)
    assert not Library.objects.filter(pk=shared.pk).exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\0b", "a\u202eb"])
def test_a_library_needs_a_name(owner: User, name: str) -> None:
    with pytest.raises(LibraryRefused):
        manage.make_library(owner, name)


def test_views_are_of_one_library_and_end_with_the_membership(
    owner: User, outsider: User, shared: Library
) -> None:
    membership = join(outsider, shared, Role.LISTENER)
    for where in (shared, outsider.personal_library):
        make_view(outsider, where, "Guitars", "tag=guitar")
    assert views_in(shared, outsider).count() == 1
    assert not views_in(shared, owner).exists()
    manage.end_membership(membership)
    assert views_of(outsider).get().library == outsider.personal_library
    assert SavedView.objects.count() == 1


def test_a_webhook_is_told_of_the_libraries_its_owner_is_in(
    owner: User, outsider: User, shared: Library, sent: list[str]
) -> None:
    Webhook.objects.create(
        owner=outsider, url="https://example.org/", events=["track.tagged"], salt="s" * 43
    )
    announce(shared.pk, Webhook.Event.TRACK_TAGGED, track="t")
    assert not WebhookDelivery.objects.exists()
    membership = join(outsider, shared, Role.LISTENER)
    announce(shared.pk, Webhook.Event.TRACK_TAGGED, track="t")
    assert f'"library":{shared.pk}' in WebhookDelivery.objects.get().body
    manage.end_membership(membership)
    announce(shared.pk, Webhook.Event.TRACK_TAGGED, track="t")
    assert WebhookDelivery.objects.count() == 1


def test_a_deletion_of_many_is_a_keepers(owner: User, outsider: User, shared: Library) -> None:
    track = rows.track(owner, library=shared)
    membership = join(outsider, shared, Role.EDITOR)
    wish = BulkRequest(BulkAction.DELETE, f"id={track.pk}")
    with pytest.raises(RoleError):
        start(outsider, shared, wish, trigger=Job.Trigger.API)
    manage.change_role(membership, Role.KEEPER)
    assert start(outsider, shared, wish, trigger=Job.Trigger.API).result["changed"] == 1


def test_work_on_many_ends_where_its_owner_has_left(
    owner: User, outsider: User, shared: Library, sent: list[str]
) -> None:
    track = rows.track(owner, library=shared)
    details = {"action": "delete", "query": "", "tag": "", "deletion": ""}
    job = create_job(
        Job.Kind.BULK, owner=outsider, library=shared, trigger=Job.Trigger.API, details=details
    )
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    job.refresh_from_db()
    run_bulk(job)
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "forbidden")
    track.refresh_from_db()
    assert track.deleted_at is None


def test_an_upload_in_parts_ends_with_the_right_to_upload(
    owner: User, outsider: User, shared: Library, scratch_media: Path
) -> None:
    membership = join(outsider, shared, Role.EDITOR)
    upload = resumable.begin(outsider, shared, 10, "a.wav", SenderMetadata())
    manage.change_role(membership, Role.LISTENER)
    with pytest.raises(RoleError):
        resumable.append(upload, 0, [b"0123456789"], trigger=Job.Trigger.API)


def test_jobs_are_seen_by_members_and_what_staff_asked_for_by_them_alone(
    owner: User, outsider: User, shared: Library
) -> None:
    job = rows.job(rows.track(owner, library=shared), Job.State.FAILED)
    training = create_job(Job.Kind.TRAIN, owner=owner, trigger=Job.Trigger.API)
    assert training.library == owner.personal_library
    join(outsider, shared, Role.LISTENER)
    join(outsider, owner.personal_library, Role.KEEPER)
    api = token_client(outsider)
    assert api.get(f"/api/v1/jobs/{job.pk}/").status_code == 200
    assert api.post(f"/api/v1/jobs/{job.pk}/retry/").status_code == 403
    assert api.get(f"/api/v1/jobs/{training.pk}/").status_code == 404
    listed = api.get(f"/api/v1/jobs/?library={owner.personal_library.pk}").json()["results"]
    assert listed == []
    mine = token_client(owner).get("/api/v1/jobs/").json()["results"]
    assert [one["id"] for one in mine] == [str(training.pk)]


def test_the_api_lists_one_library_at_a_time(owner: User, shared: Library) -> None:
    own, other = rows.track(owner), rows.track(owner, library=shared)
    api = token_client(owner)
    for query, expected in (("", own), (f"?library={shared.pk}", other)):
        listed = api.get(f"/api/v1/tracks/{query}").json()["results"]
        assert [(one["id"], one["library"]) for one in listed] == [
            (str(expected.pk), expected.library_id)
        ]
    assert api.get(f"/api/v1/tracks/{other.pk}/").status_code == 200


def test_pages_of_a_list_stay_in_their_library(owner: User, shared: Library) -> None:
    for _ in range(3):
        rows.track(owner, library=shared)
    api = token_client(owner)
    first = api.get(f"/api/v1/tracks/?library={shared.pk}&page_size=2").json()
    rest = api.get(first["next"]).json()
    assert (len(first["results"]), len(rest["results"])) == (2, 1)
    assert {one["library"] for one in rest["results"]} == {shared.pk}


def test_what_the_api_says_of_libraries(owner: User, outsider: User) -> None:
    api, other = token_client(owner), token_client(outsider)
    made = api.post("/api/v1/libraries/", {"name": "Archive"}, "application/json").json()
    assert (made["role"], made["personal"]) == ("keeper", False)
    at = f"/api/v1/libraries/{made['id']}/"
    wish = {"account": "outsider", "role": "listener"}
    assert api.post(f"{at}invitations/", wish, "application/json").status_code == 201
    asked = other.get("/api/v1/invitations/").json()[0]
    answer = f"/api/v1/invitations/{asked['id']}/"
    assert other.post(answer, {"answer": "accept"}, "application/json").json()["id"] == made["id"]
    assert [one["account"] for one in other.get(f"{at}members/").json()] == ["owner", "outsider"]
    refused = other.patch(at, {"name": "Mine"}, "application/json")
    assert (refused.status_code, refused.json()["type"]) == (403, "/api/v1/problems/forbidden/")
    member = f"{at}members/outsider/"
    assert api.patch(member, {"role": "keeper"}, "application/json").json()["role"] == "keeper"
    assert other.patch(at, {"name": "Ours"}, "application/json").json()["name"] == "Ours"
    assert other.delete(member).status_code == 204
    assert other.get(at).status_code == 404
    assert api.delete(f"{at}members/owner/").status_code == 409
    assert api.delete(at).status_code == 204


def test_a_person_is_once_in_a_library(owner: User, shared: Library) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        join(owner, shared, Role.LISTENER)


def test_the_page_stays_in_the_chosen_library(
    client: Client, owner: User, outsider: User, shared: Library
) -> None:
    rows.track(outsider, "Of the station", library=shared)
    rows.track(owner, "Of my own")
    client.force_login(owner)
    assert b"Of my own" in client.get("/").content
    client.post(f"/libraries/{shared.pk}/open/")
    page = client.get("/").content
    assert b"Of the station" in page
    assert b"Of my own" not in page
    # What a tab that was opened before sends is about its own library.
    client.post(f"/bulk/?library={owner.personal_library.pk}", {"all": "1", "action": "delete"})
    assert client.get("/", {"library": shared.pk}, follow=True).status_code == 200
    Membership.objects.filter(person=owner, library=shared).delete()
    assert b"Of my own" in client.get("/").content


def test_a_listener_is_shown_nothing_to_change(
    client: Client, owner: User, outsider: User, shared: Library
) -> None:
    track = rows.analysed(rows.track(owner, library=shared), guitar=0.9)
    join(outsider, shared, Role.LISTENER)
    client.force_login(outsider)
    page = client.get(f"/tracks/{track.pk}/").content.decode()
    acts = [f"/tracks/{track.pk}/{act}/" for act in ("edit", "delete", "tags/guitar", "again")]
    for act in acts:
        assert act not in page
    listed = client.get("/", {"library": shared.pk}, follow=True).content.decode()
    assert 'data-to="edit/"' not in listed
    assert 'value="delete"' not in listed
    client.force_login(owner)
    page = client.get(f"/tracks/{track.pk}/").content.decode()
    for act in acts:
        assert act in page
    listed = client.get("/", {"library": shared.pk}, follow=True).content.decode()
    assert 'data-to="edit/"' in listed
    assert 'value="delete"' in listed


def test_a_library_is_shared_on_its_page(client: Client, owner: User, outsider: User) -> None:
    client.force_login(owner)
    at = client.post("/libraries/", {"name": "Archive"})["Location"]
    client.post(f"{at}invite/", {"account": "outsider", "role": "editor"})
    other = Client()
    other.force_login(outsider)
    asked = outsider.invitations.get()
    assert b"Archive" in other.get("/libraries/").content
    assert other.post(f"/invitations/{asked.pk}/", {"answer": "accept"})["Location"] == "/"
    assert b"Archive" in other.get("/").content
    page = client.get(at).content.decode()
    assert f"{at}members/{outsider.pk}/" in page
    client.post(f"{at}members/{outsider.pk}/", {"role": "none"})
    assert other.get(at).status_code == 404


def test_a_name_may_hold_joiners_and_no_sign_that_turns_it_round(owner: User) -> None:
    assert manage.make_library(owner, "می\u200cشد").name == "می\u200cشد"
    for hidden in ("a\u202eb", "a\x07b", "a\x00b", "a\ud800b"):
        with pytest.raises(LibraryRefused):
            manage.make_library(owner, hidden)
