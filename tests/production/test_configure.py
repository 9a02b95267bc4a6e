"""`bin/configure`: from a clone to what `docker compose up` needs, in one command."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from .compose import ROOT, SITE

SECRETS = {"secret-key", "database-password", "broker-password", "metrics-key", "admin-password"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    for name in ("bin/configure", ".env.example", "tonemark.env.example"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def configure(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "bin/configure", *arguments], capture_output=True, text=True, check=False
    )


def settings(clone: Path) -> dict[str, str]:
    lines = (clone / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def kept(clone: Path) -> dict[str, str]:
    return {str(p): p.read_text() for p in clone.rglob("*") if p.is_file()}


def test_a_name_is_all_it_asks_for(clone: Path) -> None:
    done = configure(clone, SITE)
    assert done.returncode == 0, done.stderr
    assert settings(clone) == {"TONEMARK_SITE": SITE}
    assert (clone / "tonemark.env").exists()
    assert {path.name for path in (clone / "secrets").iterdir()} == SECRETS
    assert "secrets/admin-password" in done.stdout


def test_https_is_a_profile(clone: Path) -> None:
    assert configure(clone, SITE, "--https").returncode == 0
    assert settings(clone) == {"TONEMARK_SITE": SITE, "COMPOSE_PROFILES": "https"}


def test_secrets_are_for_containers_and_nobody_else(clone: Path) -> None:
    said = configure(clone, SITE).stdout
    assert stat.S_IMODE((clone / "secrets").stat().st_mode) == 0o700
    values = set()
    for path in (clone / "secrets").iterdir():
        # Containers read them under users of their own.
        assert stat.S_IMODE(path.stat().st_mode) == 0o444, path.name
        values.add(path.read_text())
        assert path.read_text() not in said
    assert len(values) == len(SECRETS)


def test_once_more_changes_nothing(clone: Path) -> None:
    configure(clone, SITE)
    before = kept(clone)
    assert configure(clone).returncode == 0
    assert configure(clone, SITE).returncode == 0
    assert kept(clone) == before


def test_an_installation_of_an_older_release_gets_what_it_lacks(clone: Path) -> None:
    (clone / ".env").write_text(f"TONEMARK_SITE={SITE}\nTONEMARK_LISTEN=0.0.0.0:80\n")
    (clone / "secrets").mkdir()
    (clone / "secrets/secret-key").write_text("as it was")
    done = configure(clone)
    assert done.returncode == 0, done.stderr
    assert "Sign in" not in done.stdout, "its admin has a password already"
    assert (clone / "secrets/secret-key").read_text() == "as it was"
    assert settings(clone)["TONEMARK_LISTEN"] == "0.0.0.0:80"
    assert {path.name for path in (clone / "secrets").iterdir()} == SECRETS


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "Usage"),
        (["https://tags.example.org"], "address"),
        (["tags.example.org/music"], "address"),
        (["tags.example.org:8000"], "port"),
        (["tags example.org"], "no name"),
        (["-x"], "Usage"),
        (["one.org", "two.org"], "one name"),
        (["localhost", "--https"], "public name"),
    ],
)
def test_what_is_no_name_is_refused_and_nothing_is_made(
    clone: Path, arguments: list[str], word: str
) -> None:
    before = kept(clone)
    done = configure(clone, *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert kept(clone) == before


def test_another_name_is_no_reason_to_begin_anew(clone: Path) -> None:
    configure(clone, SITE)
    refused = configure(clone, "other.example.org")
    assert refused.returncode == 2
    assert SITE in refused.stderr
    assert settings(clone)["TONEMARK_SITE"] == SITE


@pytest.mark.slow
def test_the_documented_check_finds_nothing_to_say(clone: Path) -> None:
    configure(clone, SITE)
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        # Without what tests of this process have set for themselves.
        env={name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
        | {
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
            "TONEMARK_SECRET_KEY_FILE": str(clone / "secrets/secret-key"),
            "TONEMARK_METRICS_KEY_FILE": str(clone / "secrets/metrics-key"),
            "TONEMARK_HTTPS": "true",
            "TONEMARK_PROXIES": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
