"""Get the official files: three parts of one zip, concatenated and unpacked, and the annotations.

Downloads resume where they stopped. Nothing is trusted before it is checked: sizes against what
the server says, the whole zip by its own checksums.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from .annotations import ANNOTATIONS, DatasetError

SOURCE = "https://mirg.city.ac.uk/datasets/magnatagatune"
PARTS = ("mp3.zip.001", "mp3.zip.002", "mp3.zip.003")
# What each was when it was first whole: its size and SHA-256. No official hashes are published.
WHOLE = "fetched.json"
CHUNK = 1 << 20
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
TIMEOUT_SECONDS = 60

Progress = Callable[[str, int, int], None]


def fetch(folder: Path, *, source: str = SOURCE, on_progress: Progress | None = None) -> None:
    """Download from `source` and unpack into `folder`; what is there already is kept.

    What a file was when it was first whole is remembered: one that is another since is downloaded
    again, and so is a web page that a server gave in a file's place.
    `on_progress(file, done, total)` counts bytes, of 0 where the source does not say how many.
    Raises DatasetError when the source cannot be reached, a file is incomplete or the zip is
    damaged.
    """
    if not source.startswith(("https://", "http://")):
        raise DatasetError(f"The source {source} is no http(s) address.")
    folder.mkdir(parents=True, exist_ok=True)
    known = _remembered(folder)
    for name in (ANNOTATIONS, *PARTS):
        target = folder / name
        if target.exists() and not _is_whole(target, known.get(name)):
            target.unlink()
        if not target.exists():
            download(f"{source.rstrip('/')}/{name}", target, on_progress)
            known.pop(name, None)
        if name not in known:
            known[name] = _Whole.of(target)
            _remember(folder, known)
    unpack([folder / name for name in PARTS], folder)


def download(url: str, target: Path, on_progress: Progress | None = None) -> None:
    """Download `url` to `target`, going on with `target`.part where an earlier try stopped."""
    part = target.with_name(target.name + ".part")
    if part.exists() and is_web_page(part):
        part.unlink()
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - fetch() has checked the scheme
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            total = _receive(answer, part, have, lambda *now: _told(on_progress, target, *now))
    except urllib.error.HTTPError as error:
        # A complete .part asked for what lies behind its end.
        if not (error.code == RANGE_NOT_SATISFIABLE and have == _full_size(error)):
            raise DatasetError(f"{url} answers {error.code} {error.reason}.") from error
        total = have
    except (OSError, HTTPException) as error:
        raise DatasetError(f"{url} cannot be reached ({error}); run it again to go on.") from error
    if is_web_page(part):
        part.unlink()
        raise DatasetError(
            f"{url} answers with a web page in the place of the file; name a mirror with --source."
        )
    if total is not None and part.stat().st_size != total:
        raise DatasetError(
            f"{target.name} is incomplete ({part.stat().st_size} of {total} bytes); "
            "run it again to go on."
        )
    part.replace(target)


def is_web_page(file: Path) -> bool:
    """What servers give with a smile and 200 where there is no such file."""
    with file.open("rb") as stream:
        return stream.read(1024).lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml"))


def _receive(
    answer: HTTPResponse, part: Path, have: int, told: Callable[[int, int], None]
) -> int | None:
    """Write it behind what there is; its whole size, None where the server does not say.

    Then the end of the connection is the file's: one that breaks off raises IncompleteRead.
    """
    resumed = answer.status == PARTIAL_CONTENT
    length = answer.headers["Content-Length"]
    total = None if length is None else (have if resumed else 0) + int(length)
    with part.open("ab" if resumed else "wb") as stream:
        while chunk := answer.read(CHUNK):
            stream.write(chunk)
            told(stream.tell(), total or 0)
    return total


def _told(on_progress: Progress | None, target: Path, done: int, total: int) -> None:
    if on_progress:
        on_progress(target.name, done, total)


@dataclass(frozen=True)
class _Whole:
    """A file when it was whole."""

    size: int
    sha256: str

    @classmethod
    def of(cls, file: Path) -> _Whole:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(file.stat().st_size, digest)


def _is_whole(file: Path, known: _Whole | None) -> bool:
    if is_web_page(file):
        return False
    # One of another size need not be read.
    return known is None or (file.stat().st_size == known.size and _Whole.of(file) == known)


def _remembered(folder: Path) -> dict[str, _Whole]:
    """What files were when they were whole, by name."""
    try:
        rows = json.loads((folder / WHOLE).read_text(encoding="utf-8"))
        return {name: _Whole(**row) for name, row in rows.items()}
    # Also what an earlier release wrote, sizes alone: then each is looked at anew.
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(folder: Path, known: dict[str, _Whole]) -> None:
    beside = folder / f"{WHOLE}.new"
    beside.write_text(json.dumps({name: asdict(row) for name, row in known.items()}), "utf-8")
    beside.replace(folder / WHOLE)


def unpack(parts: list[Path], folder: Path) -> None:
    """Concatenate the zip's parts, check and unpack them into `folder`/mp3; remove the zip."""
    if (folder / "mp3").is_dir():
        return
    archive_path, unpacking = folder / "mp3.zip", folder / "mp3.unpacking"
    try:
        _concatenate(parts, archive_path)
        with zipfile.ZipFile(archive_path) as archive:
            archive.extractall(unpacking)
    except OSError as error:
        # A part that is cut off shifts what lies behind it: the reader seeks before the beginning.
        if error.errno not in (None, errno.EINVAL):
            raise DatasetError(f"{folder} cannot be written: {error.strerror}.") from error
        raise _no_zip(folder, error) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _no_zip(folder, error) from error
    finally:
        archive_path.unlink(missing_ok=True)
    # Some mirrors zip the folders themselves, others the folder that holds them.
    inner = unpacking / "mp3"
    (inner if inner.is_dir() else unpacking).rename(folder / "mp3")
    shutil.rmtree(unpacking, ignore_errors=True)


def _concatenate(parts: list[Path], target: Path) -> None:
    with target.open("wb") as stream:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, stream, CHUNK)


def _no_zip(folder: Path, error: Exception) -> DatasetError:
    """Which part is to blame nobody can tell: none is kept as whole."""
    shutil.rmtree(folder / "mp3.unpacking", ignore_errors=True)
    sizes = ", ".join(f"{name} {(folder / name).stat().st_size:,} bytes" for name in PARTS)
    return DatasetError(
        f"The parts in {folder} make no valid zip ({error}); one of them is cut off or damaged: "
        f"{sizes}. Delete it, or all of them, and fetch again."
    )


def _full_size(error: urllib.error.HTTPError) -> int | None:
    _, _, size = (error.headers.get("Content-Range") or "").partition("/")
    return int(size) if size.isdigit() else None
