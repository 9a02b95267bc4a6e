"""What Google's Lighthouse says of the pages: speed, accessibility, good practice, being found.

    npm install --no-save lighthouse@12.8.2
    python -m bench.lighthouse [--size 10000] [--out FILE]

It asks no host but the application. Each page is loaded with an empty cache, on a desk and on the
phone that Lighthouse imitates: a slow network, and a processor four times as slow as this one.
Speed on a busy machine says little; accessibility and good practice are the same on any.
A table is printed; with --out all of it is written as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from .library import database
from .machine import facts
from .pages import CHROMIUM, served
from .tables import Row, parser, show

PAGES = ["/sign-in/", "/", "track", "/review/", "/map/", "/upload/", "/models/", "model"]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
# A busy machine may let Lighthouse wait for longer than it does.
TRIES = 3
FORMS: dict[str, list[str]] = {"desk": ["--preset=desktop"], "phone": []}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--size", type=int, default=10_000)
    arguments.add_argument("--out", type=Path, help="a file for the JSON")
    args = arguments.parse_args()
    program = _program()
    with database(), served(args.size) as site:
        rows = [_row(program, site, page, form) for page in PAGES for form in FORMS]
    found = {"machine": facts(), "tracks": args.size, "pages": rows}
    show(found, args.json)
    if args.out:
        args.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


def _program() -> str:
    places = f"{Path('node_modules/.bin').resolve()}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which("lighthouse", path=places)
    if found is None:
        raise SystemExit("There is no Lighthouse: npm install --no-save lighthouse@12.8.2")
    return found


def _row(program: str, site: Any, page: str, form: str) -> Row:
    path = {"track": site.track, "model": site.model}.get(page, page)
    # Whoever is signed in is led on from the page where one signs in.
    session = "" if page == "/sign-in/" else site.session
    said = _audit(program, site.address, path, session, FORMS[form])
    scores = {name: round(100 * said["categories"][name]["score"]) for name in CATEGORIES}
    return {"page": page, "on": form, **scores, "lost_by": ", ".join(_lost(said))}


def _audit(
    program: str, address: str, path: str, session: str, options: list[str]
) -> dict[str, Any]:
    """In a browser of its own, in whose profile somebody is signed in."""
    with tempfile.TemporaryDirectory() as folder:
        if session:
            _sign_in(f"{folder}/profile", address, session)
        report = Path(folder) / "report.json"
        flags = f"--headless=new --no-sandbox --disable-gpu --user-data-dir={folder}/profile"
        command = [
            *(program, address + path, f"--chrome-flags={flags}", "--disable-storage-reset"),
            *("--quiet", "--output=json", f"--output-path={report}"),
            f"--only-categories={','.join(CATEGORIES)}",
            *options,
        ]
        environment = os.environ | {"CHROME_PATH": CHROMIUM}
        for _ in range(TRIES):
            if subprocess.run(command, check=False, env=environment).returncode == 0:
                break
        said: dict[str, Any] = json.loads(report.read_text())
    return said


def _sign_in(profile: str, address: str, session: str) -> None:
    """Make a profile that keeps the session's cookie."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        expires = time.time() + 24 * 3600
        browser.add_cookies(
            [{"name": "sessionid", "value": session, "url": address, "expires": expires}]
        )
        browser.close()


def _lost(said: dict[str, Any]) -> list[str]:
    """What costs anything but speed."""
    return sorted(
        audit["id"]
        for name in CATEGORIES[1:]
        for asked in said["categories"][name]["auditRefs"]
        if asked["weight"]
        and (audit := said["audits"][asked["id"]])["score"] is not None
        and audit["score"] < 1
    )


if __name__ == "__main__":
    main()
