from __future__ import annotations

import time
import urllib.error
import urllib.request
from http.client import HTTPException

from webapp.embedded.errors import ServeError

from .program import Program

# A web server that cannot start ends; one that lives on a busy machine takes its time.
PATIENCE = 300.0


def await_web(program: Program, url: str) -> None:
    """Until the web server answers anything at all."""
    until = time.monotonic() + PATIENCE
    while not _answers(url):
        if not program.alive() or time.monotonic() > until:
            raise ServeError(f"The web server did not start; {program.logs}/web.log says why.")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own http address
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, HTTPException):
        return False
