"""Where the real clips are that tests hear when they can; otherwise they make their own audio."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def standin() -> Path | None:
    """The folder TONEMARK_STANDIN names, else the stand-in data beside the checkout."""
    folder = Path(os.environ.get("TONEMARK_STANDIN", ROOT.parent / "shared" / "data" / "standin"))
    return folder if (folder / "mp3").is_dir() else None


def truth() -> Path | None:
    """Clips of known truth: in the folder TONEMARK_TRUTH names, else beside the checkout."""
    folder = Path(os.environ.get("TONEMARK_TRUTH", ROOT.parent / "shared" / "data" / "truth"))
    return folder if (folder / "truth.tsv").is_file() else None
