"""Debian packages with speech, plain sounds and sound fonts: which, and how they come here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from distillation.packages import unpack


class Material(NamedTuple):
    """A line of packages.tsv; `licences` as the package's copyright file names them."""

    package: str
    use: str
    licences: str


def read_materials() -> list[Material]:
    table = Path(__file__).with_name("packages.tsv").read_text(encoding="utf-8")
    return [Material(*line.split("\t")) for line in table.splitlines()[1:]]


def licences() -> dict[str, str]:
    """Package → its licences."""
    return {material.package: material.licences for material in read_materials()}


def fetch(unpacked: Path) -> None:
    """Unpack every package into a folder of its own; what is there already is kept."""
    for material in read_materials():
        unpack(material.package, unpacked)
