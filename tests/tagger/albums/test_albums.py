"""Albums, artists and covers: as the tracks name them, for whoever has those tracks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from ml.audio import Cover as Picture
from tagger.albums.albums import album, album_tracks, albums, artists, as_albums
from tagger.albums.covers import folder_picture, keep, purge_unused
from tagger.albums.read import catch_up_on_albums
from tagger.library.search import LibraryFilter, library
from tagger.models import Cover, Job, Track, User
from tagger.uploads.import_folder import import_file
from tagger.uploads.ingest import ingest
from tests.audio_factory import tone, write
from tests.ml.audio.test_cover import SAID, add_picture, picture
from tests.web import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = write(tmp_path / "a.flac", tone(440, 1), metadata=SAID)
    add_picture(path, picture("red"))
    return path


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_an_upload_brings_its_album_and_its_cover(
    record: Path, owner: User, sent: list[str]
) -> None:
    track = ingest(
        record, "a.flac", library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB
    ).track
    track.refresh_from_db()
    assert (track.album_artist, track.year, track.track_number) == ("Various", 1999, 3)
    assert track.album_read
    assert track.cover
    assert track.cover.small.read()[:4] == b"RIFF"


def test_tracks_of_one_album_share_their_picture(
    record: Path, tmp_path: Path, owner: User, sent: list[str]
) -> None:
    other = write(tmp_path / "b.flac", tone(550, 1), metadata=SAID)
    add_picture(other, picture("red"))
    for path in (record, other):
        ingest(path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB)
    assert Cover.objects.count() == 1
    assert set(Track.objects.values_list("cover", flat=True)) == {Cover.objects.get().pk}


def test_an_import_takes_the_picture_of_the_folder(
    tmp_path: Path, owner: User, sent: list[str]
) -> None:
    (tmp_path / "Nights").mkdir()
    (tmp_path / "Nights" / "Folder.JPG").write_bytes(picture("red"))
    path = write(tmp_path / "Nights" / "a.flac", tone(440, 1))
    import_file(
        path, tmp_path, library=owner.personal_library, by=owner, trigger=Job.Trigger.COMMAND
    )
    assert Track.objects.get().cover


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["front.png", "Cover.jpg", "a.mp3"], "Cover.jpg"),
        (["back.jpg", "booklet.png"], None),
        (["folder.txt", "AlbumArt.jpeg"], "AlbumArt.jpeg"),
    ],
)
def test_the_picture_of_a_folder_goes_by_its_name(names: list[str], chosen: str | None) -> None:
    assert folder_picture(names) == chosen


def test_older_tracks_are_read_by_and_by(record: Path, owner: User, sent: list[str]) -> None:
    track = rows.track(owner, "Blue hour", content=record.read_bytes(), artist="Somebody else")
    gone = rows.track(owner, "Gone")
    gone.file.storage.delete(str(gone.file.name))
    assert catch_up_on_albums()
    assert catch_up_on_albums() is None, "one job at a time"
    rows.work_off(Job.Kind.READ_ALBUMS)
    track.refresh_from_db()
    assert (track.album_artist, track.disc_number, track.year) == ("Various", 2, 1999)
    assert track.cover
    assert track.genre == SAID["genre"]
    assert track.artist == "Somebody else", "what a person said stays"
    found = LibraryFilter({"q": "VARIOUS"}, queryset=library(owner.personal_library)).qs
    assert list(found) == [track], "what was read is searched as well"
    assert not Track.objects.filter(album_read=False).exists()
    assert catch_up_on_albums() is None


@pytest.fixture
def shelf(owner: User) -> None:
    cover = keep(Picture(b"large", b"small"))
    said: dict[str, Any] = {"album": "Low tide", "artist": "Mira", "year": 2019}
    rows.track(owner, "Third", track_number=1, disc_number=2, **said)
    rows.track(owner, "Second", track_number=10, disc_number=1, cover=cover, **said)
    rows.track(owner, "First", track_number=2, disc_number=1, **said)
    various: dict[str, Any] = {"album": "Low tide", "album_artist": "Various"}
    rows.track(owner, "Guest", artist="Ana; Mira", **various)
    rows.track(owner, "Other", artist="Ana", **various)
    rows.track(owner, "Loose", artist="Ana")


def test_albums_of_one_name_by_two_are_two(shelf: None, owner: User) -> None:
    found = as_albums(albums(library(owner.personal_library)))
    assert [(one.title, one.artist, one.tracks, one.year) for one in found] == [
        ("Low tide", "Mira", 3, 2019),
        ("Low tide", "Various", 2, None),
    ]
    assert found[0].cover_id
    assert found[1].cover_id is None
    assert [
        one.artist for one in as_albums(albums(library(owner.personal_library), q="tide vari"))
    ] == ["Various"]
    assert album(library(owner.personal_library), "Nobody", "Low tide") is None


def test_an_album_is_in_the_order_of_its_discs(shelf: None, owner: User) -> None:
    listed = album_tracks(library(owner.personal_library), "Mira", "Low tide")
    assert [track.title for track in listed] == ["First", "Second", "Third"]


def test_each_of_several_artists_is_one(shelf: None, owner: User) -> None:
    named = [(row["name"], row["count"]) for row in artists(library(owner.personal_library))]
    assert named == [("Ana", 3), ("Mira", 4)]


def test_the_pages_show_them(shelf: None, browser: Client) -> None:
    page = browser.get(reverse("web:albums")).content.decode()
    assert page.count("Low tide") >= 2
    assert "2 albums" in page
    assert "/covers/" in page
    one = browser.get(reverse("web:album"), {"artist": "Mira", "album": "Low tide"})
    assert one.content.decode().index("First") < one.content.decode().index("Third")
    artist = browser.get(reverse("web:artist"), {"artist": "Ana"}).content.decode()
    assert "Loose" in artist
    assert "Various" in artist
    assert "3 tracks in the library" in artist
    assert "Ana" in browser.get(reverse("web:artists")).content.decode()
    assert browser.get(reverse("web:artist"), {"artist": "Nobody"}).status_code == 404


def test_the_library_is_narrowed_and_sorted_by_them(shelf: None, api: Client) -> None:
    def titles(**query: str) -> list[str]:
        answer = api.get(reverse("api:tracks"), query).json()
        return [track["title"] for track in answer["results"]]

    assert set(titles(artist="Mira")) == {"First", "Second", "Third", "Guest"}
    assert titles(album="Low tide", album_artist="Mira", ordering="album") == [
        *("First", "Second", "Third"),
    ]
    assert titles(year_min="2000", ordering="-year")[:1] == ["Second"] or titles(year_min="2000")
    assert titles(year_min="2020") == []
    assert titles(ordering="year", page_size="2")[0] == "First"


def test_a_cover_is_kept_by_the_browser_and_shown_to_nobody_else(
    shelf: None, browser: Client, outsider: User
) -> None:
    cover = Cover.objects.get()
    address = reverse("web:cover", args=[cover.pk, "small"])
    answer = browser.get(address)
    assert b"".join(answer) == b"small"
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    stranger = Client()
    stranger.force_login(outsider)
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_api_names_what_has_no_cover(shelf: None, api: Client, owner: User) -> None:
    with_cover = Track.objects.get(title="Second")
    assert api.get(reverse("api:track-cover", args=[with_cover.pk])).status_code == 200
    without = api.get(reverse("api:track-cover", args=[Track.objects.get(title="Loose").pk]))
    assert without.json()["type"].endswith("/no-cover/")
    assert api.get(reverse("api:albums")).json()["count"] == 2
    assert api.get(reverse("api:albums"), {"q": "\0"}).status_code == 400
    assert api.get(reverse("api:artists")).json()["results"][0] == {"name": "Ana", "count": 3}


def test_a_cover_that_nobody_bears_goes_with_its_files(shelf: None) -> None:
    cover = Cover.objects.get()
    storage, name = cover.large.storage, str(cover.large.name)
    later = timezone.now() + timedelta(minutes=1)
    assert purge_unused(later) == 0, "a track bears it"
    Track.objects.update(cover=None)
    assert purge_unused() == 0, "it may belong to an upload that runs"
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert purge_unused(later) == 1
    assert not storage.exists(name)
    assert not Cover.objects.exists()
