"""Numbers as people read them."""

from __future__ import annotations

import unicodedata

from ml.audio import DIRECTION_MARKS


def human_size(count: int) -> str:
    """1536 → '1.5 KB'. Powers of 1024, as file managers count."""
    size = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{count} bytes" if unit == "bytes" else f"{size:.1f}".removesuffix(".0") + f" {unit}"


def human_duration(seconds: float) -> str:
    """125.4 → '2:05'; 3725 → '1:02:05'."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


# Controls, line ends, and half characters; not the joiners that scripts need, nor any blank.
_HIDDEN = ("Cc", "Zl", "Zp", "Cs")


def readable(text: str) -> str:
    """Without what is no sign of a text but does something to it."""
    return "".join(
        char
        for char in text
        if char not in DIRECTION_MARKS and unicodedata.category(char) not in _HIDDEN
    )
