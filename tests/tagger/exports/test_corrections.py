from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.test import Client
from django.urls import reverse

from ml.data.magnatagatune.verify import verify
from tagger.feedback.verdicts import accept_shown, reject_shown
from tagger.library.trash import delete_track
from tagger.models import Tag, Track, User
from tests.audio_factory import tone, write
from tests.tagger.api.test_errors import problem
from tests.web import rows

ADDRESS = "/api/v1/exports/corrections.zip"


@pytest.fixture
def labelled(owner: User, tmp_path: Path) -> list[Track]:
    """Three tracks with a guitar; in two of them people hear no female vocals, in one some."""
    made = []
    for number in range(3):
        path = write(tmp_path / f"{number}.flac", tone(220.0 * (number + 1), 4.0))
        song = rows.analysed(rows.track(owner), guitar=0.9)
        with path.open("rb") as content:
            song.file.save(path.name, File(content))
        Track.objects.filter(pk=song.pk).update(audio_sha256=f"{'0cf'[number]:0<64}")
        accept_shown(owner, song, Tag.objects.get(name="guitar"))
        give = reject_shown if number else accept_shown
        give(owner, song, Tag.objects.get(name="female vocals"))
        made.append(song)
    return made


def archive(response: Any) -> zipfile.ZipFile:
    assert response.status_code == 200
    assert response.streaming
    return zipfile.ZipFile(io.BytesIO(response.getvalue()))


def table(held: zipfile.ZipFile, name: str) -> dict[str, dict[str, str]]:
    lines = csv.DictReader(io.StringIO(held.read(name).decode()), delimiter="\t")
    return {row["clip_id"]: row for row in lines}


def test_it_is_a_data_set_that_can_be_verified(
    api: Client, labelled: list[Track], tmp_path: Path
) -> None:
    archive(api.get(ADDRESS)).extractall(tmp_path / "set")
    report = verify(tmp_path / "set")
    assert report.whole
    assert report.counts["B"] == {"train": 1, "validation": 1, "test": 1}
    assert (report.positives["guitar"], report.positives["woman"]) == (3, 1)


def test_the_mask_tells_no_from_nothing_said(api: Client, labelled: list[Track]) -> None:
    held = archive(api.get(ADDRESS))
    hard, mask = table(held, "annotations_final.csv"), table(held, "mask.csv")
    denied = str(labelled[1].pk)
    assert (hard[denied]["woman"], mask[denied]["woman"]) == ("0", "1")
    assert (hard[denied]["piano"], mask[denied]["piano"]) == ("0", "0")
    assert (hard[denied]["guitar"], mask[denied]["guitar"]) == ("1", "1")
    assert hard[denied]["mp3_path"] == f"c/{denied}.flac"


def test_the_sound_is_as_it_was_uploaded(api: Client, labelled: list[Track]) -> None:
    held = archive(api.get(ADDRESS))
    assert held.testzip() is None
    stored = held.read(f"mp3/0/{labelled[0].pk}.flac")
    assert stored == Path(Track.objects.get(pk=labelled[0].pk).file.path).read_bytes()


def test_others_the_trash_and_missing_files_are_left_out(
    api: Client, labelled: list[Track], stranger: Client
) -> None:
    delete_track(labelled[0])
    Path(labelled[1].file.path).unlink()
    assert list(table(archive(api.get(ADDRESS)), "mask.csv")) == [str(labelled[2].pk)]
    problem(stranger.get(ADDRESS), 404, "no-corrections")


def test_the_page_gives_it_too_and_says_when_there_is_none(
    client: Client, owner: User, labelled: list[Track]
) -> None:
    client.force_login(owner)
    address = reverse("web:corrections")
    assert "annotations_final.csv" in archive(client.get(address)).namelist()
    owner.verdicts.all().delete()
    assert "You have judged no tag yet" in client.get(address, follow=True).content.decode()


def test_the_queries_do_not_grow_with_the_library(
    api: Client, labelled: list[Track], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(7):
        archive(api.get(ADDRESS))
