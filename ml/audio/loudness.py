"""How loud a file is, by EBU R 128: for playing one after the other as if all were equally loud."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ml.audio.sandbox.client import replies
from ml.audio.sandbox.wire import Kind

from .open import open_file
from .types import DecodeLimits, Loudness


def measure_loudness(
    path: str | Path,
    *,
    limits: DecodeLimits | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Loudness:
    """Integrated loudness and true peak of the whole file, of all its channels, at its own rate.

    `on_progress(seconds)` is called every ten seconds of sound; what it raises ends the work.
    Raises AudioError.
    """
    limits = limits or DecodeLimits()
    with (
        open_file(Path(path)) as file,
        replies(
            "loudness", file, sound_seconds=limits.max_seconds, limits=asdict(limits)
        ) as frames,
    ):
        for kind, payload in frames:
            if kind is not Kind.NOTE:
                return Loudness(**json.loads(payload))
            on_progress(float(json.loads(payload)))
    raise AssertionError("an answer ends with its result")
