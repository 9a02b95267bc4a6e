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
        _pip_settings(folder / "pip.conf")
        _npm_settings(folder / "npmrc")
        with _torch_index(folder / "index") as arguments:
            yield {
                "files": {"pip.conf": folder / "pip.conf", "npmrc": folder / "npmrc"},
                "arguments": arguments,
            }


# The address is an argument of the build: where it stays the same, layers are taken from the cache.
_PORT = 18597


def _server(handler: Any) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer(("127.0.0.1", _PORT), handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def _pip_settings(path: Path) -> None:
    lines = ["[global]", "timeout = 180"]
    if CERTIFICATES.exists():
        lines.append(f"cert = {CERTIFICATES}")
    for name, value in _pip().items():
        if name in ("index-url", "extra-index-url") and value.startswith("http"):
            lines.append(f"{name} = {value}")
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
def _torch_index(folder: Path) -> Iterator[dict[str, str]]:
    links = [Path(name) for name in _pip().get("find-links", "").split() if Path(name).is_dir()]
    wheels = [wheel for place in links for wheel in place.glob("torch-*.whl")]
    if not wheels:
        yield {}
        return
    (folder / "torch").mkdir(parents=True)
    for wheel in wheels:
        (folder / "torch" / wheel.name).symlink_to(wheel)
    handler = partial(_Quiet, directory=str(folder))
    with _server(handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {"TORCH_INDEX": f"http://127.0.0.1:{server.server_address[1]}"}
        server.shutdown()
