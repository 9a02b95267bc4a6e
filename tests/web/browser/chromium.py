from __future__ import annotations

import os
from pathlib import Path

# The same browser without windows draws nothing that nobody looks at: a third of all the work.
HEADLESS_SHELL = Path("/usr/bin/chromium-headless-shell")
WHOLE = Path("/usr/bin/chromium")
CHROMIUM = Path(
    os.environ.get("TONEMARK_CHROMIUM") or (HEADLESS_SHELL if HEADLESS_SHELL.exists() else WHOLE)
)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio"),
    # No process is kept ready for a site that no test visits.
    *("--disable-features=SpareRendererForSitePerProcess", "--disable-site-isolation-trials"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A microphone that beeps.
    "--use-fake-device-for-media-stream",
]
