"""The commands of docs/api.md, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tagger.accounts.tokens import make_token
from tagger.models import ApiToken, Job, Track, User
from tagger.uploads.ingest import SenderMetadata
from tagger.uploads.resumable import begin
from tests.audio_factory import tone, write
from tests.web import rows

GUIDE = Path(settings.BASE_DIR) / "docs" / "api.md"
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


def commands() -> list[str]:
    blocks = SHELL_BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    return [command.strip() for block in blocks for command in block.split("\n\n")]


@pytest.fixture
def surroundings(
    live_server: Any, owner: User, song: Track, api: Client, tmp_path: Path
) -> dict[str, str]:
    """What the guide takes for granted: a token, a track that was analysed, its job, a file."""
    file = write(tmp_path / "song.flac", tone(440.0, 1.0))
    # A refusal ends curl with an error.
    (tmp_path / ".curlrc").write_text("fail\nsilent\nshow-error\n")
    return {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "SITE": live_server.url,
        "TOKEN": make_token(owner, "guide", ApiToken.Scope.WRITE)[1],
        "TRACK": str(song.pk),
        "JOB": str(rows.job(song, Job.State.SUCCEEDED).pk),
        "UPLOAD": str(
            begin(
                owner, owner.personal_library, file.stat().st_size, "song.flac", SenderMetadata()
            ).pk
        ),
        "KEY": "6f1c9f6e-0b8d-4f6f-9a1d-2c3b4a5f6e7d",
        "ETAG": api.get(f"/api/v1/tracks/{song.pk}/")["ETag"],
    }


def test_the_guide_has_commands() -> None:
    assert len(commands()) >= 10


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_guide_works(
    command: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=tmp_path,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    written = [path.read_text() for path in tmp_path.glob("*.csv")]
    assert done.stdout or written
