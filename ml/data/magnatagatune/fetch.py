"""Get the official files: three parts of one zip, concatenated and unpacked, and the annotations.

Downloads resume where they stopped. Nothing is trusted before it is checked: sizes against what
the server says, the whole zip by its own checksums.
"""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

from .annotations import ANNOTATIONS, DatasetError

SOURCE = "https://mirg.city.ac.uk/datasets/magnatagatune"
PARTS = ("mp3.zip.001", "mp3.zip.002", "mp3.zip.003")
CHUNK = 1 << 20
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
TIMEOUT_SECONDS = 60

Progress = Callable[[str, int, int], None]


def fetch(folder: Path, *, source: str = SOURCE, on_progress: Progress | None = None) -> None:
    """Download from `source` and unpack into `folder`; what is there already is kept.

    `on_progress(file, done, total)` counts bytes. Raises DatasetError when the source cannot be
    reached, a file is incomplete or the zip is damaged.
    """
    if not source.startswith(("https://", "http://")):
        raise DatasetError(f"The source {source} is no http(s) address.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (ANNOTATIONS, *PARTS):
        if not (folder / name).exists():
            download(f"{source.rstrip('/')}/{name}", folder / name, on_progress)
    unpack([folder / name for name in PARTS], folder)


def download(url: str, target: Path, on_progress: Progress | None = None) -> None:
    """Download `url` to `target`, going on with `target`.part where an earlier try stopped."""
    part = target.with_name(target.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - fetch() has checked the scheme
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            resumed = answer.status == PARTIAL_CONTENT
            have = have if resumed else 0
            total = have + int(answer.headers["Content-Length"] or 0)
            with part.open("ab" if resumed else "wb") as stream:
                while chunk := answer.read(CHUNK):
                    stream.write(chunk)
                    if on_progress:
                        on_progress(target.name, stream.tell(), total)
    except urllib.error.HTTPError as error:
        # A complete .part asked for what lies behind its end.
        if not (error.code == RANGE_NOT_SATISFIABLE and have == _full_size(error)):
            raise DatasetError(f"{url} answers {error.code} {error.reason}.") from error
        total = have
    except OSError as error:
        raise DatasetError(f"{url} cannot be reached ({error}); run it again to go on.") from error
    if part.stat().st_size != total:
        raise DatasetError(
            f"{target.name} is incomplete ({part.stat().st_size} of {total} bytes); "
            "run it again to go on."
        )
    part.replace(target)


def unpack(parts: list[Path], folder: Path) -> None:
    """Concatenate the zip's parts, check and unpack them into `folder`/mp3; remove the zip."""
    if (folder / "mp3").is_dir():
        return
    archive_path, unpacking = folder / "mp3.zip", folder / "mp3.unpacking"
    with archive_path.open("wb") as stream:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, stream, CHUNK)
    try:
        with zipfile.ZipFile(archive_path) as archive:
            archive.extractall(unpacking)
    except zipfile.BadZipFile as error:
        raise DatasetError(
            f"The parts in {folder} make no valid zip ({error}); delete them and fetch again."
        ) from error
    finally:
        archive_path.unlink()
    # Some mirrors zip the folders themselves, others the folder that holds them.
    inner = unpacking / "mp3"
    (inner if inner.is_dir() else unpacking).rename(folder / "mp3")
    shutil.rmtree(unpacking, ignore_errors=True)


def _full_size(error: urllib.error.HTTPError) -> int | None:
    _, _, size = (error.headers.get("Content-Range") or "").partition("/")
    return int(size) if size.isdigit() else None
