"""What the product weighs at rest: memory of the processes, time to import, size of a page.

python -m bench.footprint [--json]
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from pathlib import Path

from .machine import facts
from .tables import Row, parser, show

ROOT = Path(__file__).parents[1]
_REPORT = """
import sys
status = open("/proc/self/status").read().split("VmRSS:")[1].split()[0]
print(int(status) // 1024, "torch" in sys.modules)
"""
PROCESSES = {
    "web application": "import webapp.wsgi",
    "worker, idle": "from webapp.celery import app; app.loader.import_default_modules()",
    "worker, network loaded": (
        "import webapp.wsgi; from ml.inference.tagger import Tagger; "
        "Tagger.load(device='cpu', threads=1)"
    ),
    "decoder in the sandbox": "import ml.audio.sandbox.server",
}
STATIC = ("static/css", "static/js")


def main() -> None:
    args = parser(__doc__).parse_args()
    rows = [process(name, code) for name, code in PROCESSES.items()]
    show({"machine": facts(), "processes": rows, "page": page_weight()}, args.json)


def process(name: str, code: str) -> Row:
    """Resident memory and start-up of an interpreter that has done `code`."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code + "\n" + _REPORT],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    memory, torch = done.stdout.split()
    return {
        "process": name,
        "resident_mib": int(memory),
        "torch": torch,
        "start_s": round(time.perf_counter() - began, 1),
    }


def page_weight() -> list[Row]:
    """Our own styles and scripts, as they are and compressed, as a first visit fetches them."""
    rows = []
    for folder in STATIC:
        files = [file for file in (ROOT / folder).rglob("*") if file.is_file()]
        contents = [file.read_bytes() for file in files]
        rows.append(
            {
                "part": folder,
                "files": len(files),
                "kib": round(sum(map(len, contents)) / 1024, 1),
                "gzip_kib": round(sum(len(gzip.compress(one)) for one in contents) / 1024, 1),
            }
        )
    return rows


if __name__ == "__main__":
    main()
