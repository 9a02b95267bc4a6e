"""Covers out of real files of every kind that holds one, and out of pictures beside them."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import mutagen
import numpy as np
import pytest
from mutagen.flac import Picture
from mutagen.id3 import APIC
from mutagen.mp4 import MP4Cover
from PIL import Image

from ml.audio import embedded_cover, examine, picture_cover, read_metadata
from tests import audio_factory as factory

SAID = {
    "title": "Blue hour",
    "artist": "Mira",
    "album": "Nights",
    "album_artist": "Various",
    "genre": "Chanson",
    "track": "3/12",
    "disc": "2/2",
    "date": "1999-04-01",
}


def picture(colour: str, form: str = "JPEG", size: tuple[int, int] = (900, 700)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, form)
    return content.getvalue()


def add_picture(path: Path, content: bytes, kind: int = 3) -> None:
    file = mutagen.File(path)
    if path.suffix in (".mp3", ".wav", ".aiff"):
        if file.tags is None:
            file.add_tags()
        file.tags.add(APIC(mime="image/jpeg", type=kind, desc=str(kind), data=content))
    elif path.suffix == ".m4a":
        file["covr"] = [MP4Cover(content)]
    else:
        block = Picture()
        block.type, block.mime, block.data = kind, "image/jpeg", content
        if path.suffix == ".flac":
            file.add_picture(block)
        else:
            file["metadata_block_picture"] = [base64.b64encode(block.write()).decode()]
    file.save()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    assert image.format == "WEBP"
    return image


@pytest.mark.parametrize("suffix", ["mp3", "flac", "m4a", "ogg", "wav", "aiff"])
def test_the_picture_in_a_file_comes_out_in_both_sizes(suffix: str, tmp_path: Path) -> None:
    path = factory.write(tmp_path / f"a.{suffix}", factory.tone(440, 1))
    add_picture(path, picture("red"))
    cover = embedded_cover(path)
    assert cover
    assert opened(cover.large).size == (600, 467)
    assert opened(cover.small).size == (96, 75)
    red, green, blue = np.asarray(opened(cover.small).convert("RGB")).mean(axis=(0, 1))
    assert red > 240
    assert green < 15
    assert blue < 15


def test_the_front_is_taken_before_the_back(tmp_path: Path) -> None:
    path = factory.write(tmp_path / "a.mp3", factory.tone(440, 1))
    add_picture(path, picture("blue"), kind=4)
    add_picture(path, picture("red"), kind=3)
    cover = embedded_cover(path)
    assert cover
    assert opened(cover.small).convert("RGB").getpixel((5, 5))[0] > 240  # type: ignore[index]


def test_a_file_without_a_picture_has_no_cover(tmp_path: Path) -> None:
    assert embedded_cover(factory.write(tmp_path / "a.mp3", factory.tone(440, 1))) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_pictures_of_every_usual_form_are_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.write_bytes(picture("green", form))
    cover = picture_cover(path)
    assert cover
    assert opened(cover.large).size == (600, 467)


def test_what_shines_through_is_laid_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(tmp_path / "cover.png")
    cover = picture_cover(tmp_path / "cover.png")
    assert cover
    assert opened(cover.small).convert("RGB").getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff" + b"x" * 500, b"no picture", picture("red")[:900], b"<svg/>" * 20],
    ids=["garbage", "text", "cut", "svg"],
)
def test_a_broken_picture_is_no_cover(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cover.jpg").write_bytes(content)
    assert picture_cover(tmp_path / "cover.jpg") is None


def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    """A few kilobytes that would be gigabytes."""
    Image.new("1", (30_000, 30_000)).save(tmp_path / "bomb.png")
    assert picture_cover(tmp_path / "bomb.png") is None


def test_a_broken_picture_leaves_its_sound_alone(tmp_path: Path) -> None:
    path = factory.write(tmp_path / "a.mp3", factory.tone(440, 1), metadata={"title": "Aria"})
    add_picture(path, b"\xff\xd8\xff" + b"x" * 500)
    assert embedded_cover(path) is None
    assert examine(path).metadata.title == "Aria"


@pytest.mark.parametrize("suffix", ["mp3", "flac", "m4a", "ogg"])
def test_what_a_file_says_of_its_album(suffix: str, tmp_path: Path) -> None:
    path = factory.write(tmp_path / f"a.{suffix}", factory.tone(440, 1), metadata=SAID)
    said = read_metadata(path)
    assert said == examine(path).metadata
    assert (said.album, said.album_artist, said.year) == ("Nights", "Various", 1999)
    assert (said.track_number, said.track_total) == (3, 12)
    assert (said.disc_number, said.disc_total) == (2, 2)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("07", 7), ("A1", None), ("0", None), ("99999999999", None), ("-3", None), ("٣", None)],
)
def test_only_plain_numbers_are_numbers(said: str, meant: int | None, tmp_path: Path) -> None:
    path = factory.write(tmp_path / "a.flac", factory.tone(440, 1), metadata={"track": said})
    assert read_metadata(path).track_number == meant
