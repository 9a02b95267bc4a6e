from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ml.checkpoints.weights import default_model_path
from tagger.models import Analysis, Job, ModelVersion, Tag, Track, TrackTag, User
from tests.web import rows

Wav = Callable[..., Path]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path, wav: Wav) -> Path:
    """Two sounds, one of them in a folder of its own, and a cover."""
    music = tmp_path / "music"
    (music / "disc 1").mkdir(parents=True)
    wav("a.wav", 300.0).rename(music / "a.wav")
    wav("b.wav", 600.0).rename(music / "disc 1" / "b.wav")
    (music / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    return music


def test_a_folder_is_brought_in(owner: User, folder: Path) -> None:
    assert "2 imported" in run("import", str(folder), "--owner", "owner")
    assert set(Track.objects.values_list("title", flat=True)) == {"a", "b"}
    assert Job.objects.filter(trigger="command").count() == 2
    assert (folder / "a.wav").exists()


def test_an_import_goes_on_where_it_stopped(owner: User, folder: Path, wav: Wav) -> None:
    run("import", str(folder), "--owner", "owner")
    wav("c.wav", 900.0).rename(folder / "c.wav")
    assert "1 imported, 2 already there" in run("import", str(folder), "--owner", "owner")
    assert Track.objects.count() == 3


def test_a_bad_file_does_not_stop_the_others(owner: User, folder: Path) -> None:
    (folder / "0.mp3").write_text("milk and bread")
    with pytest.raises(CommandError, match="1"):
        run("import", str(folder), "--owner", "owner")
    assert Track.objects.count() == 2


def test_an_import_without_an_owner_takes_the_only_admin(db: None, folder: Path) -> None:
    with pytest.raises(CommandError, match="--owner"):
        run("import", str(folder))
    boss = rows.person("boss", is_superuser=True)
    run("import", str(folder))
    assert boss.personal_library.tracks.count() == 2


def test_a_folder_or_owner_that_is_not_there_is_named(owner: User, folder: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        run("import", "/nowhere", "--owner", "owner")
    with pytest.raises(CommandError, match="nobody"):
        run("import", str(folder), "--owner", "nobody")


def test_tags_are_rebuilt(song: Track) -> None:
    TrackTag.objects.all().delete()
    assert "1" in run("rebuild_tags")
    assert set(song.track_tags.values_list("tag__name", flat=True)) == {"guitar", "rock"}


@pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet")
def test_a_new_installation_is_prepared_once(db: None) -> None:
    assert "password" in run("bootstrap")
    assert "password" not in run("bootstrap")
    assert ModelVersion.objects.get().state == ModelVersion.State.ACTIVE
    assert User.objects.filter(is_superuser=True).count() == 1
    assert Tag.objects.filter(name__in=ModelVersion.objects.get().labels).count() == 100


@pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet")
def test_a_password_that_was_given_is_the_first_admins_and_is_not_shown(
    db: None, settings: Any
) -> None:
    settings.ADMIN_PASSWORD = "given-by-an-operator"
    said = run("bootstrap")
    assert "as given" in said
    assert settings.ADMIN_PASSWORD not in said
    assert User.objects.get(username="admin").check_password("given-by-an-operator")


@pytest.mark.slow
@pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet")
def test_files_are_tagged_without_a_row(
    db: None, melody: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("tag", str(melody), "--json", "--top", "3")
    listed = json.loads(capsys.readouterr().out)
    assert listed[0]["file"].endswith("melody.flac")
    scores = [entry["score"] for entry in listed[0]["tags"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert not Track.objects.exists()
    assert not Analysis.objects.exists()
