from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.test import Client

from tagger.models import Track, User
from tests.web import rows

pytestmark = pytest.mark.django_db


def exported(api: Client, **query: str) -> ElementTree.Element:
    answer = api.get("/api/v1/exports/tracks.xml", query)
    assert answer.status_code == 200
    return ElementTree.fromstring(b"".join(answer).decode())


def test_rekordbox_finds_words_tags_and_files(api: Client, song: Track, owner: User) -> None:
    Track.objects.filter(pk=song.pk).update(
        bpm=117.5, key="F#m", imported_path='Mira/A & B/"x" ♯.flac', year=2019
    )
    track = exported(api, base="/Volumes/Music")[1][0]
    assert track.attrib["Name"] == "Blue hour"
    assert (track.attrib["AverageBpm"], track.attrib["Tonality"]) == ("117.50", "F#m")
    assert (track.attrib["Genre"], track.attrib["Comments"]) == ("rock", "guitar, rock")
    assert track.attrib["Location"] == (
        "file://localhost/Volumes/Music/Mira/A%20%26%20B/%22x%22%20%E2%99%AF.flac"
    )


def test_every_track_is_in_the_playlist(api: Client, song: Track, owner: User) -> None:
    rows.track(owner, "Second <&>\x01")
    document = exported(api)
    assert document[1].attrib["Entries"] == "2"
    keys = [node.attrib["Key"] for node in document.iter("TRACK") if "Key" in node.attrib]
    assert keys == [track.attrib["TrackID"] for track in document[1]] == ["1", "2"]
    assert len(exported(api, q="second")[1]) == 1
