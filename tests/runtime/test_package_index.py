"""bin/uv installs from where the machine's pip would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV_PRINTS_WHAT_IT_IS_TOLD = "#!/bin/sh\nexec env\n"


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    site_packages = Path("lib") / f"python{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / ".venv" / site_packages).parent.mkdir()
    (tmp_path / ".venv" / site_packages).symlink_to(Path(sys.prefix) / site_packages)
    (programs / "python").symlink_to(Path(sys.executable).resolve())
    (programs / "uv").write_text(UV_PRINTS_WHAT_IT_IS_TOLD)
    (programs / "uv").chmod(0o755)
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin" / "uv", tmp_path / "bin")
    return tmp_path


def told(installation: Path, pip: str, **environment: str) -> Mapping[str, str]:
    configuration = installation / "pip.conf"
    configuration.write_text(pip)
    here = {"PATH": "/usr/bin:/bin", "HOME": str(installation)}
    done = subprocess.run(
        [installation / "bin" / "uv", "pip", "install", "something"],
        env=here | {"PIP_CONFIG_FILE": str(configuration)} | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_the_index_and_folders_of_pips_configuration_are_passed_on(installation: Path) -> None:
    found = told(
        installation,
        "[global]\n"
        "index-url = https://index.example.org/simple\n"
        "extra-index-url =\n    https://one.example.org/simple\n    https://two.example.org/simple\n"
        "find-links = /srv/wheels /srv/more\n"
        "timeout = 180\n"
        "cert = /srv/authority.pem\n",
    )
    assert found["UV_DEFAULT_INDEX"] == "https://index.example.org/simple"
    assert found["UV_INDEX"] == "https://one.example.org/simple https://two.example.org/simple"
    assert found["UV_FIND_LINKS"] == "/srv/wheels,/srv/more"
    assert found["UV_HTTP_TIMEOUT"] == "180"
    assert found["SSL_CERT_FILE"] == "/srv/authority.pem"


def test_what_pip_is_told_by_its_environment_comes_before_its_files(installation: Path) -> None:
    file = "[global]\nindex-url = https://file.example.org/simple\n"
    found = told(installation, file, PIP_INDEX_URL="https://environment.example.org/simple")
    assert found["UV_DEFAULT_INDEX"] == "https://environment.example.org/simple"


def test_what_uv_is_told_itself_comes_before_pips(installation: Path) -> None:
    file = "[global]\nindex-url = https://pip.example.org/simple\n"
    found = told(installation, file, UV_DEFAULT_INDEX="https://uv.example.org/simple")
    assert found["UV_DEFAULT_INDEX"] == "https://uv.example.org/simple"


def test_what_pip_leaves_open_is_left_open(installation: Path) -> None:
    assert "UV_NO_INDEX" not in told(installation, "[install]\n")
    assert "HTTPS_PROXY" not in told(installation, "[install]\n")


def test_uv_works_in_the_environment_beside_it(installation: Path) -> None:
    assert told(installation, "")["VIRTUAL_ENV"] == str(installation / ".venv")
