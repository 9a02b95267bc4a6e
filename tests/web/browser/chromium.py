from __future__ import annotations

import os
from pathlib import Path

CHROMIUM = Path(os.environ.get("TONEMARK_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A microphone that beeps; a page still needs leave to listen to it.
    "--use-fake-device-for-media-stream",
]
