from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tagger.models import Track, User
from tests.web import rows

CHECK = "/api/v1/tracks/check/"


def ask(client: Client, digests: Any) -> Any:
    return client.post(CHECK, {"file_sha256": digests}, "application/json")


def test_a_file_that_was_uploaded_is_known_by_its_digest(
    api: Client, wav: Callable[..., Path]
) -> None:
    path = wav()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert ask(api, [digest]).json() == {"known": [], "unknown": [digest]}
    with path.open("rb") as file:
        track = api.post("/api/v1/tracks/", {"file": file}).json()["track"]
    assert ask(api, [digest.upper(), digest, "0" * 64]).json() == {
        "known": [{"file_sha256": digest, "track": track["id"]}],
        "unknown": ["0" * 64],
    }


def test_the_files_of_others_stay_unknown(stranger: Client, song: Track) -> None:
    assert ask(stranger, [song.file_sha256]).json()["known"] == []


def test_a_reading_token_may_ask(reader: Client, song: Track) -> None:
    assert ask(reader, [song.file_sha256]).json()["known"][0]["track"] == str(song.pk)


def test_the_anonymous_may_not_ask(client: Client, db: None) -> None:
    assert ask(client, ["0" * 64]).status_code == 401


@pytest.mark.parametrize(
    ("digests", "pointer"),
    [
        (None, "#/file_sha256"),
        ([], "#/file_sha256"),
        (["0" * 64] * 1001, "#/file_sha256"),
        (["0" * 64, "song.mp3"], "#/file_sha256/1"),
    ],
)
def test_what_is_no_list_of_digests_is_pointed_at(api: Client, digests: Any, pointer: str) -> None:
    response = ask(api, digests)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == pointer


def test_many_files_take_one_query(
    api: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    made = [rows.track(owner).file_sha256 for _ in range(20)]
    with django_assert_max_num_queries(4):
        assert len(ask(api, made).json()["known"]) == 20
