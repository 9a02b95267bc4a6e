from __future__ import annotations

import gzip

from django.test import Client

from tagger.models import Track, User
from tests.web import rows

ACCEPTED = {"Accept-Encoding": "gzip"}


def test_a_page_and_an_answer_of_the_api_come_compressed(
    client: Client, owner: User, song: Track
) -> None:
    client.force_login(owner)
    for path in ("/", f"/api/v1/tracks/{song.pk}/"):
        plain, packed = client.get(path), client.get(path, headers=ACCEPTED)
        assert packed["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed["Vary"]
        assert len(packed.content) < len(plain.content)
        assert b"Blue hour" in gzip.decompress(packed.content)
        assert "Content-Encoding" not in plain.headers


def test_sound_comes_as_it_lies_in_its_file(client: Client, owner: User) -> None:
    track = rows.track(owner, content=bytes(range(256)) * 4)
    client.force_login(owner)
    address = f"/api/v1/tracks/{track.pk}/audio/"
    answered = client.get(address, headers={"Range": "bytes=0-599", **ACCEPTED})
    assert answered.status_code == 206
    assert "Content-Encoding" not in answered.headers
    assert b"".join(answered) == (bytes(range(256)) * 4)[:600]
