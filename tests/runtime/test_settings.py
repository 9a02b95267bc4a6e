"""Settings that make no sense stop the start with one sentence that names them."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

# Each is read anew, beside the settings that the tests run with.
pytestmark = pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
READERS = {
    "TIME_ZONE": "application",
    "MAX_UPLOAD_BYTES": "application",
    "REGISTRATIONS_AN_HOUR": "application",
    "STORAGE_QUOTA_BYTES": "application",
    "WEB_PROCESSES": "web",
    "WEB_THREADS": "web",
    "SECRET_KEY": "security",
    "ALLOWED_HOSTS": "security",
    "DATABASE_URL": "stores",
    "MEDIA_URL": "stores",
    "BROKER_URL": "queue",
    "EMAIL_URL": "mail",
    "EMAIL_FROM": "mail",
    "CSRF_TRUSTED_ORIGINS": "security",
}


def _read(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> dict[str, Any]:
    monkeypatch.setenv(f"TONEMARK_{name}", value)
    return runpy.run_module(f"webapp.settings.{READERS[name]}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Mars/X"),
        ("TIME_ZONE", "Europe"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("MAX_UPLOAD_BYTES", "0"),
        ("REGISTRATIONS_AN_HOUR", "many"),
        ("STORAGE_QUOTA_BYTES", "10 GB"),
        ("MAX_UPLOAD_BYTES", "1e9"),
        ("MAX_UPLOAD_BYTES", "9" * 30),
        ("WEB_PROCESSES", "100000000000"),
        ("WEB_THREADS", "-1"),
        ("SECRET_KEY", "x"),
        ("SECRET_KEY", "x" * 60),
        ("ALLOWED_HOSTS", "http://tags.example.org"),
        ("ALLOWED_HOSTS", "tags.example.org:8000"),
        ("ALLOWED_HOSTS", "tags.example.org/path"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "postgres://localhost:port/x"),
        ("DATABASE_URL", "postgres://localhost:123456/x"),
        ("MEDIA_URL", "s3://"),
        ("MEDIA_URL", "file:///tmp"),
        ("BROKER_URL", "banana"),
        ("BROKER_URL", "redis://localhost:banana/0"),
        ("BROKER_URL", "amqp://localhost"),
        ("EMAIL_FROM", "banana"),
        ("EMAIL_FROM", "tags@example.org\nBcc: all@example.org"),
        ("CSRF_TRUSTED_ORIGINS", "tags.example.org"),
        ("CSRF_TRUSTED_ORIGINS", "https://tags.example.org/path"),
        ("CSRF_TRUSTED_ORIGINS", "https://tags.example.org:port"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://mail.example.org:mail"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"TONEMARK_{name} "):
        _read(monkeypatch, name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Europe/Berlin"),
        ("MAX_UPLOAD_BYTES", "2_000_000"),
        ("WEB_PROCESSES", "8"),
        ("SECRET_KEY", "0123456789abcdef"),
        ("ALLOWED_HOSTS", "tags.example.org, .example.com, 10.0.0.1, [::1], *, my_host"),
        ("DATABASE_URL", "postgres://user:p%40ss@db.example.org:5432/tonemark"),
        ("DATABASE_URL", "postgres://postgres@/%2Ftmp%2Fsockets/tonemark"),
        ("MEDIA_URL", "s3://bucket/folder"),
        ("EMAIL_FROM", "Tonemark <tags@example.org>"),
        ("EMAIL_FROM", "tonemark@localhost"),
        ("CSRF_TRUSTED_ORIGINS", "https://tags.example.org, http://10.0.0.1:8080, https://*.x.org"),
        ("BROKER_URL", "rediss://user:secret@broker.example.org:6379/0"),
        ("BROKER_URL", "redis+socket:///tmp/broker.sock"),
    ],
)
def test_a_setting_that_makes_sense_is_taken(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _read(monkeypatch, name, value)


def test_a_secret_that_an_editor_saved_with_a_byte_order_mark_is_the_same_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text("0123456789abcdef", encoding="utf-8-sig")
    monkeypatch.delenv("TONEMARK_SECRET_KEY", raising=False)
    monkeypatch.setenv("TONEMARK_SECRET_KEY_FILE", str(file))
    assert runpy.run_module("webapp.settings.security")["SECRET_KEY"] == "0123456789abcdef"


def test_a_secret_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x80")
    monkeypatch.delenv("TONEMARK_SECRET_KEY", raising=False)
    monkeypatch.setenv("TONEMARK_SECRET_KEY_FILE", str(file))
    with pytest.raises(ImproperlyConfigured, match=r"TONEMARK_SECRET_KEY_FILE names .* no text"):
        runpy.run_module("webapp.settings.security")
