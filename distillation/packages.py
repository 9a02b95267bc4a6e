"""Debian packages with music: which, and how they come here, archives inside them opened."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import NamedTuple

from .clips import SOURCES, read_standin

MODULES = {".mod", ".xm", ".s3m", ".it", ".mo3", ".stm", ".umx"}
SOUNDS = {".ogg", ".oga", ".mp3", ".flac", ".opus", ".wav"} | MODULES
ARCHIVES = {".pk3", ".zip", ".jar", ".ocg", ".ocd"}


class Package(NamedTuple):
    """A line of packages.tsv; `side` is "known-train" when the stand-in trains on it already."""

    name: str
    side: str
    licences: str


def read_packages() -> list[Package]:
    table = Path(__file__).with_name("packages.tsv").read_text(encoding="utf-8")
    return [Package(*line.split("\t")) for line in table.splitlines()[1:]]


def held_out_packages(standin: Path) -> list[str]:
    """The packages that the stand-in validates or tests on."""
    lines = (standin / SOURCES).read_text(encoding="utf-8").splitlines()
    debian = {line.split("\t")[0] for line in lines if "\tDebian package " in line}
    return sorted(debian & {clip.source for clip in read_standin(standin) if clip.held_out})


def fetch(standin: Path, unpacked: Path) -> None:
    """Unpack every package into a folder of its own; what is there already is kept."""
    for name in [*(package.name for package in read_packages()), *held_out_packages(standin)]:
        unpack(name, unpacked)


def unpack(name: str, unpacked: Path) -> None:
    """Get a package and unpack it into `unpacked`/`name`, unless that is there."""
    if (unpacked / name).exists():
        return
    beside = unpacked / f"{name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    subprocess.run(["apt-get", "download", name], cwd=beside, check=True)
    (package,) = beside.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", package, beside], check=True)
    package.unlink()
    open_archives(beside)
    join_guitars(beside)
    beside.rename(unpacked / name)


def files(folder: Path, suffixes: set[str]) -> list[Path]:
    """The files of these kinds, links left out."""
    files = (path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
    return sorted(path for path in files if path.is_file() and not path.is_symlink())


def open_archives(folder: Path) -> None:
    """In place of every archive, a folder with its sounds."""
    for path in files(folder, ARCHIVES):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                sounds = [name for name in names if Path(name).suffix.lower() in SOUNDS]
                archive.extractall(f"{path}.d", sounds)
            path.unlink()


def join_guitars(folder: Path) -> None:
    """Frets on Fire keeps a song's guitar apart: one file of guitar and band, named like theirs."""
    for guitar in list(folder.rglob("guitar.ogg")):
        band, both = guitar.with_name("song.ogg"), guitar.with_name(f"{guitar.parent.name}.ogg")
        if not band.exists():
            continue  # another game's word for a guitar, not a song's
        mix = ["-filter_complex", "amix=inputs=2:normalize=0", "-c:a", "libvorbis", "-q:a", "4"]
        subprocess.run(["ffmpeg", "-v", "error", "-i", band, "-i", guitar, *mix, both], check=True)
        band.unlink()
        guitar.unlink()
