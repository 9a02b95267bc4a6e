"""What Google's Lighthouse says of the pages: speed, accessibility, good practice.

    npm install --no-save lighthouse@12.8.2
    python -m bench.lighthouse [--size 10000] [--json]

It asks no host but the application. Each page is loaded with an empty cache, on a desk and on the
phone that Lighthouse imitates: a slow network, and a processor four times as slow as this one.
Speed on a busy machine says little; accessibility and good practice are the same on any.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .library import database
from .machine import facts
from .pages import CHROMIUM, served
from .tables import Row, parser, show

PAGES = ["/sign-in/", "/", "track", "/review/", "/map/", "/upload/", "/models/", "/status/"]
CATEGORIES = ["performance", "accessibility", "best-practices"]
FORMS: dict[str, list[str]] = {"desk": ["--preset=desktop"], "phone": []}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--size", type=int, default=10_000)
    args = arguments.parse_args()
    program = _program()
    with database(), served(args.size) as site:
        rows = [_row(program, site, page, form) for page in PAGES for form in FORMS]
    show({"machine": facts(), "tracks": args.size, "pages": rows}, args.json)


def _program() -> str:
    places = f"{Path('node_modules/.bin').resolve()}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which("lighthouse", path=places)
    if found is None:
        raise SystemExit("There is no Lighthouse: npm install --no-save lighthouse@12.8.2")
    return found


def _row(program: str, site: Any, page: str, form: str) -> Row:
    path = site.track if page == "track" else page
    # Whoever is signed in is led on from the page where one signs in.
    cookie = "" if page == "/sign-in/" else f"sessionid={site.session}"
    said = _audit(program, site.address + path, cookie, FORMS[form])
    scores = {name: round(100 * said["categories"][name]["score"]) for name in CATEGORIES}
    return {"page": page, "on": form, **scores, "lost_by": ", ".join(_lost(said))}


def _audit(program: str, address: str, cookie: str, options: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(program, address, "--quiet", "--output=json", f"--output-path={report}"),
            f"--only-categories={','.join(CATEGORIES)}",
            f"--extra-headers={json.dumps({'Cookie': cookie})}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
            *options,
        ]
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": CHROMIUM})
        said: dict[str, Any] = json.loads(report.read_text())
    return said


def _lost(said: dict[str, Any]) -> list[str]:
    """What costs accessibility or good practice anything."""
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
