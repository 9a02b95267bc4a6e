"""Numbers as people read them."""

from __future__ import annotations


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
