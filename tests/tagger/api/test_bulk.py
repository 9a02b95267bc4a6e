from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tagger.library import bulk
from tagger.library.trash import delete_track
from tagger.models import Job, Track, User, Verdict
from tagger.uploads.ingest import ingest
from tests.audio_factory import tone, write
from tests.tagger.conftest import token_client
from tests.web import rows

from .test_errors import problem

BULK = "/api/v1/tracks/bulk/"


@pytest.fixture
def songs(owner: User) -> list[Track]:
    return [rows.analysed(rows.track(owner, f"Song {n}"), guitar=0.9) for n in range(3)]


def ask(api: Client, **wish: Any) -> Any:
    return api.post(BULK, wish, "application/json")


def test_a_dry_run_counts_and_does_nothing(api: Client, songs: list[Track]) -> None:
    ids = [str(songs[0].pk), str(uuid4())]
    response = ask(api, action="delete", ids=ids, dry_run=True)
    assert response.status_code == 200
    assert response.json() == {"matched": 1, "unchanged": 0, "missing": 1}
    assert Track.objects.filter(deleted_at=None).count() == 3
    assert not Job.objects.filter(kind=Job.Kind.BULK).exists()


def test_what_could_not_be_done_is_named(api: Client, songs: list[Track], outsider: User) -> None:
    theirs = rows.track(outsider)
    response = ask(api, action="delete", ids=[str(songs[0].pk), str(theirs.pk)])
    assert response.status_code == 202
    job = response.json()
    assert (job["state"], job["trigger"]) == ("succeeded", "api")
    result = job["result"]
    assert (result["total"], result["changed"], result["failed"]) == (2, 1, 1)
    assert result["failures"][0]["track"] == str(theirs.pk)
    theirs.refresh_from_db()
    assert theirs.deleted_at is None
    assert api.get(response["Location"]).json() == job


def test_a_query_means_what_the_list_shows(api: Client, songs: list[Track]) -> None:
    rows.track(rows.owner_of(songs[0]), "Another")
    result = ask(api, action="reject", query="tag=guitar&q=song", tag="guitar").json()["result"]
    assert result["changed"] == 3
    rejected = Verdict.objects.filter(answer="rejected", withdrawn_at=None)
    assert rejected.filter(tag__name="guitar").count() == 3


def test_a_deletion_can_be_undone(api: Client, songs: list[Track]) -> None:
    delete_track(rows.track(rows.owner_of(songs[0]), "Long gone"))
    deletion = ask(api, action="delete", query="").json()
    assert api.get("/api/v1/tracks/").json()["results"] == []
    assert ask(api, action="restore", deletion=deletion["id"]).json()["result"]["changed"] == 3
    assert len(api.get("/api/v1/tracks/").json()["results"]) == 3


def test_verdicts_can_be_undone(api: Client, songs: list[Track], outsider: User) -> None:
    job = ask(api, action="reject", query="", tag="guitar").json()["id"]
    assert ask(api, action="undo", job=job, dry_run=True).json()["matched"] == 3
    theirs = ask(token_client(outsider), action="undo", job=job)
    assert problem(theirs, 400, "invalid")["errors"][0]["pointer"] == "#/job"
    undone = ask(api, action="undo", job=job).json()
    assert (undone["state"], undone["result"]["changed"]) == ("succeeded", 3)
    assert not Verdict.objects.filter(withdrawn_at=None).exists()
    assert ask(api, action="undo", query="").status_code == 400
    assert ask(api, action="accept", job=job, tag="guitar").status_code == 400


def test_words_are_read_in_another_code_page(api: Client, owner: User, tmp_path: Path) -> None:
    title = "Ágætis byrjun, as it is rightly written"
    song = write(tmp_path / "a.flac", tone(440.0, 1.0), metadata={"title": title})
    by = owner.personal_library
    track = ingest(song, "a.flac", library=by, by=owner, trigger=Job.Trigger.API).track
    wish = {"action": "reread", "ids": [str(track.pk)], "code_page": "cp1251"}
    shown = ask(api, **wish, dry_run=True).json()
    assert shown["samples"][0]["title"].startswith("Б")
    assert ask(api, **wish).json()["result"]["changed"] == 1
    track.refresh_from_db()
    assert track.title == shown["samples"][0]["title"] != title
    assert ask(api, **wish).json()["result"]["unchanged"] == 1
    refused = problem(ask(api, action="reread", query=""), 400, "invalid")
    assert refused["errors"][0]["pointer"] == "#/code_page"


def test_many_tracks_are_a_workers(
    api: Client, songs: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    response = ask(api, action="reanalyse", query="")
    assert (response.status_code, response.json()["state"]) == (202, "queued")
    assert int(response["Retry-After"]) > 0
    assert response.json()["result"] is None


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"action": "sing", "query": ""}, "#/action"),
        ({"action": "delete"}, "#"),
        ({"action": "delete", "query": "", "ids": [str(uuid4())]}, "#"),
        ({"action": "delete", "ids": []}, "#/ids"),
        ({"action": "delete", "query": "tagg=x"}, "#/query"),
        ({"action": "delete", "query": "tag_min=9"}, "#/query"),
        ({"action": "accept", "query": ""}, "#/tag"),
        ({"action": "restore", "deletion": str(uuid4())}, "#/query"),
    ],
)
def test_a_bad_wish_is_pointed_at(
    api: Client, songs: list[Track], wish: dict[str, Any], pointer: str
) -> None:
    assert problem(ask(api, **wish), 400, "invalid")["errors"][0]["pointer"] == pointer
    assert Track.objects.filter(deleted_at=None).count() == 3


def test_nothing_to_do_it_to_is_a_problem(api: Client) -> None:
    problem(ask(api, action="delete", query=""), 409, "nothing-selected")


def test_sent_twice_with_one_key_it_is_done_once(api: Client, songs: list[Track]) -> None:
    wish = {"action": "delete", "ids": [str(songs[0].pk)]}
    header = {"Idempotency-Key": "k"}
    first, second = (api.post(BULK, wish, "application/json", headers=header) for _ in range(2))
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]


def test_a_reader_may_change_nothing(reader: Client, songs: list[Track]) -> None:
    problem(ask(reader, action="delete", query=""), 403, "read-only-token")


def test_the_trash_is_listed_and_a_track_restored(
    api: Client, stranger: Client, songs: list[Track]
) -> None:
    delete_track(songs[0])
    listed = api.get("/api/v1/trash/").json()["results"]
    assert [track["id"] for track in listed] == [str(songs[0].pk)]
    assert stranger.get("/api/v1/trash/").json()["results"] == []
    address = f"/api/v1/tracks/{songs[0].pk}/restore/"
    problem(stranger.post(address), 404, "not-found")
    for _ in range(2):
        assert api.post(address).json()["id"] == str(songs[0].pk)
    assert api.get("/api/v1/trash/").json()["results"] == []
