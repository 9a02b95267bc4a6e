"""The container engine's own programs, and what a build on this machine is handed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def docker(*arguments: str | Path, timeout: float = 600, check: bool = True) -> str:
    """What the command prints; its words are in the failure's."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False
    )
    if check and done.returncode:
        raise AssertionError(f"docker {arguments}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout.strip()


def inspect(*names: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(docker("inspect", *names))
    return found


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Every request would be a line between the tests'."""


@contextmanager
def build_inputs() -> Iterator[dict[str, Any]]:
    """Compose's `build` entries that let a build reach the indexes as this machine does.

    Secrets and arguments, so that nothing of it stays in an image: the certificates this machine
    trusts, the indexes pip and npm are set up with, and wheels of PyTorch that lie on its disk.
    """
    with TemporaryDirectory(prefix="tonemark-build-") as name:
        folder = Path(name)
        with _torch_wheels(folder / "wheels") as links:
            _pip_settings(folder / "pip.conf")
            _uv_settings(folder / "uv.toml", links)
            _npm_settings(folder / "npmrc")
            yield {
                "files": {name: folder / name for name in ("pip.conf", "uv.toml", "npmrc")},
                # PyTorch's own index is not asked where this machine has its wheels.
                "arguments": {"TORCH_BACKEND": ""} if links else {},
            }


def _pip_settings(path: Path) -> None:
    lines = ["[global]", "timeout = 180"]
    if CERTIFICATES.exists():
        lines.append(f"cert = {CERTIFICATES}")
    for name, value in _pip().items():
        if name in ("index-url", "extra-index-url") and value.startswith("http"):
            lines.append(f"{name} = {value}")
    path.write_text("\n".join(lines) + "\n")


def _uv_settings(path: Path, links: str) -> None:
    lines = ["system-certs = true"]
    if links:
        lines.append(f"find-links = {json.dumps([links])}")
    for name, value in _pip().items():
        if name in ("index-url", "extra-index-url") and value.startswith("http"):
            words = value.split()
            lines.append(f"{name} = {json.dumps(words if name.startswith('extra') else words[0])}")
    path.write_text("\n".join(lines) + "\n")


def _pip() -> dict[str, str]:
    said = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.split("=", 1) for line in said.splitlines() if "=" in line)
    return {name.rpartition(".")[2]: value.strip("'") for name, value in pairs}


def _npm_settings(path: Path) -> None:
    path.write_text(f"cafile={CERTIFICATES}\n" if CERTIFICATES.exists() else "")


@contextmanager
def _torch_wheels(folder: Path) -> Iterator[str]:
    """An address of the wheels that lie in folders pip was told of; empty where there are none."""
    links = [Path(name) for name in _pip().get("find-links", "").split() if Path(name).is_dir()]
    wheels = [wheel for place in links for wheel in place.glob("torch-*.whl")]
    if not wheels:
        yield ""
        return
    folder.mkdir()
    for wheel in wheels:
        (folder / wheel.name).symlink_to(wheel)
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
