"""What these tests depend on, as one hash; and what was measured when they last passed.

python -m tests.containers.passed --unchanged      exit code 0 where nothing has changed since
python -m tests.containers.passed --keep PROTOCOL  these files have passed, and took so long
python -m tests.containers.passed --table          the measurements, for docs/operations.md
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PASSED = Path(__file__).parent / "passed.json"
DEPENDS = [
    ".dockerignore",
    ".env.example",
    "Dockerfile",
    "bin/configure",
    "bin/test-containers",
    "compose.yaml",
    "package-lock.json",
    "requirements.lock",
    "tests/containers",
    "tests/production/visitor.py",
    "tonemark.env.example",
    "webapp/celery.py",
    "webapp/proxy",
    "webapp/settings",
    "webapp/web_server.py",
]


def fingerprint() -> str:
    """SHA-256 of the names and contents of all of it, this record apart."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *DEPENDS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    digest = hashlib.sha256()
    for name in sorted(set(filter(None, listed.split("\0")))):
        path = ROOT / name
        if path != PASSED and path.is_file():
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PASSED.read_text()) if PASSED.exists() else {}
    return found


def unchanged() -> int:
    last = kept()
    if not last:
        print("Containers: skipped; no pass is recorded to compare with. Run bin/test-containers")
        return 0
    if last["fingerprint"] != fingerprint():
        print("Containers: what these tests depend on has changed since they last passed")
        return 1
    print(f"Containers: nothing they depend on has changed since they passed on {last['date']}")
    return 0


def keep(protocol: Path) -> int:
    whole = {
        "fingerprint": fingerprint(),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores of {_processor()}",
        "measured": json.loads(protocol.read_text()),
    }
    PASSED.write_text(json.dumps(whole, indent=2) + "\n")
    print(f"Containers: passed; {PASSED.relative_to(ROOT)} says so, to be committed")
    return 0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def table() -> int:
    last = kept()
    print(f"On {last['date']}, {last['machine']}:\n\n| | |\n| --- | --- |")
    for name, value in last["measured"].items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {number}" for key, number in value.items())
        print(f"| {name} | {value} |")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--unchanged", action="store_true")
    chosen.add_argument("--keep", type=Path)
    chosen.add_argument("--table", action="store_true")
    given = parser.parse_args()
    if given.unchanged:
        return unchanged()
    return keep(given.keep) if given.keep else table()


if __name__ == "__main__":
    sys.exit(main())
