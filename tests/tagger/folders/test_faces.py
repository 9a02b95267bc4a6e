"""Folders by page, API and command."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tagger.models import Folder, Job, Membership, Place, Track, User
from tests.tagger.api.test_errors import problem

from .conftest import Scanner

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    return client.get(reverse(f"web:{name}", args=args), query).content.decode()


def test_a_keeper_adds_a_folder_and_sees_it_scanned(
    browser: Client, music: Path, sent: list[str]
) -> None:
    assert "No folder yet" in page(browser, "folders")
    answer = browser.post(reverse("web:folders"), {"path": str(music), "every": "15"})
    folder = Folder.objects.get()
    assert answer["Location"] == reverse("web:folder", args=[folder.pk])
    assert (str(folder), folder.every) == (str(music), 15)
    assert Job.objects.get(kind=Job.Kind.SCAN_FOLDER).owner == folder.added_by
    assert "waits for its worker" in page(browser, "folder", folder.pk)


def test_a_refusal_is_said_on_the_page(browser: Client, music: Path, sent: list[str]) -> None:
    answer = browser.post(reverse("web:folders"), {"path": "/etc"}, follow=True)
    assert "Only folders below these" in answer.content.decode()


def test_missing_and_broken_files_are_listed(
    browser: Client, scan: Scanner, folder: Folder, music: Path
) -> None:
    (music / "broken.mp3").write_text("no music")
    scan()
    (music / "Nights" / "one.flac").unlink()
    scan()
    shown = page(browser, "folder", folder.pk)
    assert "1 missing" in shown
    assert "1 not readable" in shown
    assert "Nights/one.flac" in page(browser, "folder", folder.pk, state="missing")
    assert "not an audio file" in page(browser, "folder", folder.pk, state="refused")


def test_a_folder_is_taken_out_by_the_page(
    browser: Client, scan: Scanner, folder: Folder, music: Path
) -> None:
    scan()
    browser.post(reverse("web:remove-folder", args=[folder.pk]), {"tracks": "keep"})
    assert not Folder.objects.exists()
    assert Track.objects.filter(deleted_at=None).exclude(missing_since=None).count() == 2
    assert (music / "Nights" / "one.flac").exists()


@pytest.mark.parametrize("role", [Membership.Role.LISTENER, Membership.Role.EDITOR])
def test_only_keepers_see_folders(
    role: Membership.Role, folder: Folder, outsider: User, sent: list[str]
) -> None:
    Membership.objects.create(library=folder.library, person=outsider, role=role)
    client = Client()
    client.force_login(outsider)
    for name in ("folder", "scan-folder", "change-folder", "remove-folder"):
        address = reverse(f"web:{name}", args=[folder.pk])
        assert client.post(address).status_code in (404, 405)
    assert client.get(reverse("web:folder", args=[folder.pk])).status_code == 404
    assert client.get(reverse("api:folder", args=[folder.pk])).status_code == 404
    Membership.objects.filter(person=outsider, library=folder.library).update(
        role=Membership.Role.KEEPER
    )
    assert client.get(reverse("web:folder", args=[folder.pk])).status_code == 200


def test_the_api_adds_scans_lists_and_takes_out(api: Client, music: Path, sent: list[str]) -> None:
    made: Any = api.post(
        reverse("api:folders"), {"path": str(music)}, content_type="application/json"
    )
    assert made.status_code == 201
    assert made.json()["path"] == str(music)
    address = reverse("api:folder", args=[made.json()["id"]])
    again = api.post(reverse("api:folder-scan", args=[made.json()["id"]]))
    assert again.status_code == 202
    assert Job.objects.filter(kind=Job.Kind.SCAN_FOLDER).count() == 1, "it waits already"
    changed = api.patch(address, {"every": 0}, content_type="application/json")
    assert changed.json()["every"] == 0
    files = reverse("api:folder-files", args=[made.json()["id"]])
    assert api.get(files).json()["count"] == 0
    problem(api.get(files, {"state": "odd"}), 400, "invalid")
    refused = api.post(reverse("api:folders"), {"path": "/etc"}, content_type="application/json")
    problem(refused, 422, "folder-refused")
    assert api.delete(address).status_code == 204


def test_the_command_adds_lists_and_scans(owner: User, music: Path, sent: list[str]) -> None:
    out = StringIO()
    call_command("folders", "add", str(music), "--library", "owner", stdout=out)
    call_command("folders", "scan", "--detach", stdout=out)
    call_command("folders", "list", stdout=out)
    assert "the scan goes on" in out.getvalue()
    assert f"{music} [owner]: no files yet" in out.getvalue()
    with pytest.raises(CommandError, match="below these"):
        call_command("folders", "add", "/etc", "--library", "owner")
    with pytest.raises(CommandError, match="no folder of a library"):
        call_command("folders", "scan", "/etc")
    assert Place.objects.count() == 0
