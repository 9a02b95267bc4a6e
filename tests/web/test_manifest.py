"""Tonemark among a device's programs: what the browser is told, and files it is handed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tagger.models import Track, User
from tests.audio_factory import music, write

ACCENT = (10, 104, 100)


@pytest.fixture
def strict(owner: User) -> Client:
    """As a browser: what has no token of a form is refused."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    return client


@pytest.fixture
def sound(tmp_path: Path) -> SimpleUploadedFile:
    path = write(tmp_path / "Tram.wav", music(3.0))
    return SimpleUploadedFile("Tram.wav", path.read_bytes(), "audio/wav")


def test_the_manifest_names_icons_that_are_there_and_of_their_size(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    described = response.json()
    assert described["display"] == "standalone"
    for icon in described["icons"]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert found, icon
        if icon["type"] == "image/png":
            with Image.open(found) as picture:
                assert "x".join(map(str, picture.size)) == icon["sizes"]
                # Below the bars of the mark, which stand in the middle.
                below = (picture.width // 2, picture.height * 9 // 10)
                assert picture.convert("RGB").getpixel(below) == ACCENT


def test_each_icon_of_the_pages_has_a_name_of_its_own() -> None:
    drawn = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text(encoding="utf-8")
    names = re.findall(r'<symbol id="([^"]+)"', drawn)
    assert len(names) == len(set(names))


def test_a_file_that_another_program_shares_is_an_upload(
    strict: Client, owner: User, sound: SimpleUploadedFile
) -> None:
    target = strict.get("/manifest.webmanifest").json()["share_target"]
    name = target["params"]["files"][0]["name"]
    answer = strict.post(target["action"], {name: sound}, headers={"Sec-Fetch-Site": "none"})
    assert answer["Location"] == "/upload/"
    assert Track.objects.get().title == "Tram"


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_another_site_cannot_share_anything(
    strict: Client, owner: User, sound: SimpleUploadedFile, site: str | None
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert strict.post("/share/", {"files": sound}, headers=headers).status_code == 403
    assert not Track.objects.exists()
