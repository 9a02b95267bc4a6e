"""A backup is worth what a restore brings back: into another database, another folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tagger.models import Job, Track
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tagger.uploads.ingest import ingest
from tests.tagger.conftest import scratch_media, sent, wav
from tests.web import rows

from .compose import ROOT

__all__ = ["scratch_media", "sent", "wav"]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COUNT = """
from tagger.models import ModelVersion, Track, User, Verdict
track = Track.objects.get()
print(User.objects.count(), track.title, track.file.path, ModelVersion.objects.get().weights.path)
"""


@pytest.fixture
def song(sent: list[str], wav: Callable[..., Path], transactional_db: None) -> Track:
    ensure_vocabulary()
    ensure_model()
    path = wav(title="Kept")
    owner = rows.person("owner")
    return ingest(
        path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.API
    ).track


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of another installation: an empty database and an empty folder."""
    server = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")[0]
    values = connection.settings_dict
    address = f"host={values['HOST']} user={values['USER']} dbname=postgres"
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("CREATE DATABASE elsewhere")
        yield os.environ | {
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
            "TONEMARK_DATA_DIR": str(tmp_path / "elsewhere"),
            "TONEMARK_DATABASE_URL": f"{server}/elsewhere",
        }
        admin.execute("DROP DATABASE elsewhere WITH (FORCE)")


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def back_up(folder: Path) -> str:
    said = StringIO()
    call_command("backup", folder, stdout=said)
    return said.getvalue()


def test_everything_comes_back_elsewhere(
    song: Track, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    said = back_up(tmp_path / "backup")
    assert "media: 1 copied, 0 there, 0 missing" in said
    restored = manage(elsewhere, "restore", str(tmp_path / "backup"))
    assert restored.returncode == 0, restored.stderr
    assert "media: 1 copied, 0 there, 0 missing" in restored.stdout
    counted = manage(elsewhere, "shell", "--verbosity", "0", "-c", COUNT).stdout.split()
    users, title, file, weights = counted
    assert (users, title) == ("1", "Kept")
    assert Path(file).is_relative_to(tmp_path / "elsewhere")
    assert hashlib.sha256(Path(file).read_bytes()).hexdigest() == song.file_sha256
    assert Path(weights).stat().st_size > 1000
    checked = manage(elsewhere, "check_library")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    again = manage(elsewhere, "restore", str(tmp_path / "backup"))
    assert again.returncode == 1
    assert "--replace" in again.stderr
    replaced = manage(elsewhere, "restore", str(tmp_path / "backup"), "--replace")
    assert replaced.returncode == 0, replaced.stderr


def test_a_second_backup_copies_what_is_new_only(song: Track, tmp_path: Path) -> None:
    back_up(tmp_path / "backup")
    rows.track(rows.owner_of(song))
    assert "media: 1 copied, 1 there, 0 missing" in back_up(tmp_path / "backup")


def test_a_file_that_is_gone_is_counted(song: Track, tmp_path: Path) -> None:
    Path(song.file.path).unlink()
    assert "media: 0 copied, 0 there, 1 missing" in back_up(tmp_path / "backup")


def test_a_folder_that_is_no_backup_changes_nothing(song: Track, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"holds no database\.dump"):
        call_command("restore", tmp_path, replace=True)
    assert Track.objects.count() == 1


def test_a_dump_that_is_damaged_changes_nothing(song: Track, tmp_path: Path) -> None:
    (tmp_path / "database.dump").write_bytes(b"PGDMP, but not really")
    with pytest.raises(CommandError, match="pg_restore failed"):
        call_command("restore", tmp_path, replace=True)
    assert Track.objects.count() == 1


def test_what_is_in_the_way_is_said_in_a_sentence(song: Track, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", tmp_path / "file" / "backup")
