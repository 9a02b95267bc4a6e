"""When `bin/test-containers --if-changed` runs, and when it says why it does not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .compose import ROOT

COMMAND = "tests.containers.passed"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Of what the hash is made from, only a little; what is missing has no part in it."""
    for name in ("tests/containers/passed.py", "Dockerfile", "compose.yaml", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def passed(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", COMMAND, *arguments],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_record_there_is_nothing_to_compare_with(checkout: Path) -> None:
    asked = passed(checkout, "--unchanged")
    assert asked.returncode == 0
    assert "skipped" in asked.stdout


def test_one_that_passed_is_run_when_what_it_depends_on_changes(checkout: Path) -> None:
    protocol = checkout / "protocol.json"
    protocol.write_text(json.dumps({"seconds of the cold build": 200, "by service": {"web": 100}}))
    assert passed(checkout, "--keep", str(protocol)).returncode == 0
    again = passed(checkout, "--unchanged")
    assert again.returncode == 0
    assert "nothing they depend on has changed" in again.stdout
    (checkout / "README.md").write_text("other words")
    assert passed(checkout, "--unchanged").returncode == 0
    (checkout / "Dockerfile").write_text("FROM scratch")
    assert passed(checkout, "--unchanged").returncode == 1


def test_its_measurements_are_a_table(checkout: Path) -> None:
    protocol = checkout / "protocol.json"
    protocol.write_text(json.dumps({"seconds of the cold build": 200, "by service": {"web": 100}}))
    passed(checkout, "--keep", str(protocol))
    table = passed(checkout, "--table").stdout
    assert "| seconds of the cold build | 200 |" in table
    assert "| by service | web 100 |" in table
