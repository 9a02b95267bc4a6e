"""What the browser uploads: real music where the stand-in clips are, else music made here."""

from __future__ import annotations

from pathlib import Path

from tests.audio_factory import music, write
from tests.standin import standin


def clips(count: int, scratch: Path) -> list[Path]:
    folder = standin()
    if folder is None:
        return [_made(scratch / f"made-{number}.mp3", number) for number in range(count)]
    paths = sorted((folder / "mp3").rglob("*.mp3"))
    step = max(1, len(paths) // count)
    return paths[::step][:count]


def _made(path: Path, number: int) -> Path:
    """Each a different length, since the same sound would be the same track."""
    return write(path, music(12 + number))
