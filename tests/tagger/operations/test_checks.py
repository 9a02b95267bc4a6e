from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tagger.models import ModelVersion
from tagger.operations import checks
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tests.web import rows


def ids(messages: list[Any]) -> list[str]:
    return [message.id for message in messages]


def test_a_folder_that_cannot_be_written_to_is_named(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    # Root may write anywhere.
    monkeypatch.setattr("os.access", lambda folder, _: folder != tmp_path)
    messages = checks.storage_is_writable()
    assert ids(messages) == ["tonemark.E001"]
    assert str(tmp_path) in messages[0].msg
    assert "TONEMARK_MEDIA_ROOT" in (messages[0].hint or "")


@pytest.mark.django_db
def test_a_missing_model_and_missing_weights_are_errors() -> None:
    assert ids(checks.weights_are_there()) == ["tonemark.E002"]
    rows.active_model()
    ModelVersion.objects.update(weights="nowhere.safetensors")
    assert ids(checks.weights_are_there()) == ["tonemark.E003"]


@pytest.mark.django_db
def test_how_the_network_runs_and_why_is_told(settings: Any) -> None:
    settings.DEVICE = "cpu"
    assert checks.network_is_run_quickly() == []
    ensure_vocabulary()
    ensure_model()
    messages = checks.network_is_run_quickly()
    assert ids(messages) == ["tonemark.I010"]
    assert "int8, OpenVINO; the CPU was asked for" in messages[0].msg
    assert "the CPU was asked for" in messages[0].msg


def test_a_gpu_that_was_asked_for_by_name_must_be_there(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks.device_is_there() == []
    settings.DEVICE = "cuda"
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    messages = checks.device_is_there()
    assert ids(messages) == ["tonemark.E004"]
    assert "CUDA was asked for" in messages[0].msg


@pytest.mark.parametrize(
    ("key", "found"), [("", []), ("x" * 15, ["tonemark.E005"]), ("x" * 16, [])]
)
def test_a_short_key_of_the_metrics_is_refused(settings: Any, key: str, found: list[str]) -> None:
    settings.METRICS_KEY = key
    assert ids(checks.metrics_key_is_long()) == found


def test_what_is_open_to_the_world_is_warned_of(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(checks.any_host_is_answered()) == ["tonemark.W006"]
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["localhost", "tags.example.org"]
    assert checks.any_host_is_answered() == []
    assert ids(checks.passwords_go_in_the_open()) == ["tonemark.W007"]
    settings.CELERY_BROKER_URL = "redis://broker:6379/0"
    assert ids(checks.broker_is_open()) == ["tonemark.W009"]


def test_behind_tls_the_proxies_must_be_counted(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.PROXIES = 0
    assert ids(checks.visitors_look_alike()) == ["tonemark.W008"]
    settings.PROXIES = 1
    assert checks.visitors_look_alike() == []
    settings.ALLOWED_HOSTS = ["tags.example.org"]
    assert checks.passwords_go_in_the_open() == []
