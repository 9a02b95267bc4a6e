"""Files that stay where they lie: only below what is allowed, whatever links say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import FileField
from django.db.models.fields.files import FieldFile

from tagger.models import Track
from tagger.platform.storage import in_place
from tagger.platform.storage.local import media_storage, on_this_machine
from tagger.platform.storage.s3 import ObjectStorage
from webapp.settings import environment


@pytest.fixture
def allowed(tmp_path: Path, settings: Any) -> Path:
    (tmp_path / "allowed" / "deep").mkdir(parents=True)
    (tmp_path / "allowed" / "deep" / "a").write_bytes(b"sound")
    (tmp_path / "secret").write_bytes(b"secret")
    settings.FOLDERS = [tmp_path / "allowed"]
    return tmp_path / "allowed"


def content(path: Path | str) -> bytes:
    number = in_place.open_in_place(str(path))
    with os.fdopen(number, "rb") as file:
        return file.read()


def test_what_lies_below_is_read_also_by_links_within(allowed: Path) -> None:
    (allowed / "link").symlink_to(allowed / "deep")
    assert content(allowed / "deep" / "a") == content(allowed / "link" / "a") == b"sound"


@pytest.mark.parametrize("path", ["../secret", "deep/../../secret", "link", "linked/secret", ""])
def test_nothing_else_is(path: str, allowed: Path) -> None:
    (allowed / "link").symlink_to(allowed.parent / "secret")
    (allowed / "linked").symlink_to(allowed.parent)
    with pytest.raises(FileNotFoundError):
        content(f"{allowed}/{path}")


def test_a_link_swapped_in_between_look_and_open_is_not_followed(
    allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.path.realpath

    def swapped(path: str) -> str:
        """The moment after the look, somebody puts a link there."""
        found = real(path)
        if found.endswith("/deep/a"):
            (allowed / "deep").rename(allowed / "before")
            (allowed / "deep").symlink_to(allowed.parent)
        return found

    monkeypatch.setattr("os.path.realpath", swapped)
    with pytest.raises(OSError, match=r"Not a directory|symbolic"):
        content(allowed / "deep" / "a")


def test_names_stand_for_any_bytes() -> None:
    path = os.fsdecode(b"/m/caf\xe9 100% \xe2\x99\xaf/a\nb")
    assert in_place.decoded(in_place.encoded(path)) == path
    assert in_place.encoded(path).isascii()
    assert in_place.shown(in_place.encoded(path)) == "/m/caf\ufffd 100% ♯/a\nb"


def test_the_store_never_deletes_or_writes_there(allowed: Path) -> None:
    name = in_place.stored_name(allowed / "deep" / "a")
    store = media_storage()
    assert store.exists(name)
    assert store.size(name) == 5
    store.delete(name)
    assert store.open(name).read() == b"sound"
    with pytest.raises(PermissionError):
        store.open(name, "wb")


@pytest.mark.parametrize("value", ["music", "/", "/music,../x"])
def test_only_whole_paths_can_be_allowed(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONEMARK_FOLDERS", value)
    with pytest.raises(ImproperlyConfigured, match="TONEMARK_FOLDERS"):
        environment.roots("FOLDERS")


def test_with_uploads_in_an_object_store_they_are_read_where_they_lie(allowed: Path) -> None:
    """The store is not asked: there is none at this address."""
    store = ObjectStorage(bucket_name="tonemark", endpoint_url="http://127.0.0.1:9")
    name = in_place.stored_name(allowed / "deep" / "a")
    with store.open(name) as file:
        assert file.read() == b"sound"
    assert (store.exists(name), store.size(name)) == (True, 5)
    store.delete(name)
    assert (allowed / "deep" / "a").read_bytes() == b"sound"
    with on_this_machine(FieldFile(Track(), FileField(storage=store), name)) as path:
        assert path.read_bytes() == b"sound"
