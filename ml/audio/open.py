"""An untrusted file, opened for reading: a plain file with something in it, whatever it holds."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from .types import AudioError


class AudioFile(io.FileIO):
    """A file that answers an impossible seek the way FFmpeg expects, instead of raising.

    Damaged indexes ask for negative positions; PyAV would print the exception and go on.
    """

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """The new position, or -1 where the file has no such position."""
        try:
            return super().seek(offset, whence)
        except (OSError, OverflowError):
            return -1


def open_file(path: Path) -> AudioFile:
    """Open a regular file that is not empty. Raises AudioError ("missing", "empty")."""
    try:
        # A pipe would block; what is opened is looked at, so that nobody can swap it in between.
        file = AudioFile(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except IsADirectoryError as error:
        raise _not_a_file(path) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError("missing", f"The file cannot be opened: {reason}.") from error
    try:
        _check(file, path)
    except AudioError:
        file.close()
        raise
    return file


def _check(file: AudioFile, path: Path) -> None:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise _not_a_file(path)
    if status.st_size == 0:
        raise AudioError("empty", "The file is empty (0 bytes). Please use another copy.")


def _not_a_file(path: Path) -> AudioError:
    return AudioError("missing", f"{path.name} is not a file. Please name an audio file.")
