from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tagger.accounts.tokens import make_token
from tagger.models import ApiToken, Library, ModelVersion, User
from tests.audio_factory import music, tone, write


@pytest.fixture(autouse=True)
def scratch_media(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing a test stores outlives it."""
    media, incoming = tmp_path / "media", tmp_path / "incoming"
    incoming.mkdir()
    settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR = str(media), str(incoming)
    settings.MODELS_ROOT = str(tmp_path / "models")
    models = ModelVersion._meta.get_field("weights").storage
    monkeypatch.setitem(vars(models), "location", str(tmp_path / "models"))
    monkeypatch.setitem(vars(models), "base_location", str(tmp_path / "models"))
    return media


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The job ids that would have gone to the broker."""
    from tagger.tasks import run_job

    ids: list[str] = []
    monkeypatch.setattr(run_job, "apply_async", lambda args, *_, **__: ids.append(args[0]))
    return ids


@pytest.fixture
def api(owner: User) -> Client:
    return token_client(owner)


@pytest.fixture
def reader(owner: User) -> Client:
    """The owner with a token that may only read."""
    return token_client(owner, ApiToken.Scope.READ)


@pytest.fixture
def stranger(outsider: User) -> Client:
    return token_client(outsider)


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    """A second of sound; another pitch is other audio."""

    def make(name: str = "tone.wav", hertz: float = 440.0, **tags: str) -> Path:
        return write(tmp_path / name, tone(hertz, 1.0), metadata=tags)

    return make


@pytest.fixture
def melody(tmp_path: Path) -> Path:
    return write(tmp_path / "melody.flac", music(8.0), metadata={"title": "A slow melody"})


def token_client(
    person: User, scope: ApiToken.Scope = ApiToken.Scope.WRITE, library: Library | None = None
) -> Client:
    secret = make_token(person, "tests", scope, library=library)[1]
    return Client(headers={"Authorization": f"Bearer {secret}"})
