"""`bin/serve --install`: a unit that systemd itself accepts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.embedded.errors import ServeError
from webapp.embedded.systemd import NAME, unit
from webapp.serve import FOLDER

ANALYZE = shutil.which("systemd-analyze")


def install(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TONEMARK_", "XDG_"))}
    return subprocess.run(
        [sys.executable, "-m", "webapp.serve", "--install", *arguments],
        cwd=FOLDER,
        env=kept | {"HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def written(home: Path) -> Path:
    return home / ".config/systemd/user" / NAME


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here: apt-get install systemd")
@pytest.mark.parametrize("data", ["data", 'with blanks, 100 % "and" $quotes'])
def test_systemd_finds_no_fault_in_it(tmp_path: Path, data: str) -> None:
    done = install(tmp_path, "--port", "8080", "--data-dir", str(tmp_path / data))
    assert done.returncode == 0, done.stderr
    checked = subprocess.run(
        [str(ANALYZE), "verify", "--user", "--man=no", written(tmp_path)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert NAME not in checked.stderr, "systemd says something about it"


def test_it_starts_this_checkout_with_these_options(tmp_path: Path) -> None:
    said = install(tmp_path, "--host", "0.0.0.0", "--port", "8080", "--data-dir", "/srv/music")
    text = written(tmp_path).read_text()
    options = '"--host" "0.0.0.0" "--port" "8080" "--data-dir" "/srv/music"'
    assert f'ExecStart="{FOLDER}/bin/serve" {options}\n' in text
    assert "systemctl --user enable --now tonemark" in " ".join(said.stdout.split())
    assert str(written(tmp_path)) in said.stdout


def test_settings_of_this_shell_are_named_but_not_written(tmp_path: Path) -> None:
    said = install(tmp_path, TONEMARK_DATABASE_PASSWORD="not-to-be-seen")
    assert "TONEMARK_DATABASE_PASSWORD" in said.stdout
    assert "~/.config/tonemark.env" in said.stdout
    assert "not-to-be-seen" not in said.stdout + written(tmp_path).read_text()


def test_what_systemd_would_read_as_its_own_is_quoted() -> None:
    text = unit(Path("/srv/100%"), ["--data-dir", 'a "b" $HOME \\ c'])
    assert "WorkingDirectory=/srv/100%%\n" in text
    assert 'ExecStart="/srv/100%%/bin/serve" "--data-dir" "a \\"b\\" $$HOME \\\\ c"\n' in text
    with pytest.raises(ServeError, match="line break"):
        unit(Path("/srv/a\nb"), [])


def test_a_folder_that_cannot_be_written_ends_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("")
    done = install(tmp_path)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
