"""A folder of many small files, scanned for the first time and again: seconds and memory.

    python -m bench.folders [--files 20000] [--json]

The files are WAV of a twentieth of a second, no two of the same sound, a hundred to a folder. The
rows are made inside an embedded Postgres of the bench's own. Listing looks at names, sizes and
times; reading opens each new file once. Memory is the highest of this process; its decoders are
processes of their own and come on top.
"""

from __future__ import annotations

import os
import resource
import shutil
import struct
import tempfile
import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .library import database
from .machine import facts
from .tables import Row, parser, show

if TYPE_CHECKING:
    from tagger.models import Folder

FRAMES, RATE, IN_A_FOLDER = 2_205, 44_100, 100


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--files", type=int, default=20_000)
    args = arguments.parse_args()
    music = Path(tempfile.mkdtemp(prefix="tonemark-folder-"))
    os.environ["TONEMARK_FOLDERS"] = str(music)
    try:
        make(music, args.files)
        with database():
            rows = measure(music, args.files)
        show({"machine": facts(), "rows": rows}, args.json)
    finally:
        shutil.rmtree(music)


def make(music: Path, count: int) -> None:
    for number in range(count):
        folder = music / f"{number // IN_A_FOLDER:04}"
        folder.mkdir(exist_ok=True)
        with wave.open(str(folder / f"{number:06}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            beginning = struct.pack("<4h", *((number >> shift) & 255 for shift in (0, 8, 16, 24)))
            sound.writeframes(beginning + bytes(2 * FRAMES - len(beginning)))


def measure(music: Path, count: int) -> list[Row]:
    from tagger.folders import scan
    from tagger.folders.manage import add_folder
    from tagger.models import User

    # Nobody copies anything here.
    scan.REST_SECONDS = 0.0
    owner = User.objects.create_user("bench")
    folder = add_folder(owner.personal_library, str(music), by=owner)
    rows = [one(folder, "first"), one(folder, "second")]
    moved = music / "0000"
    if count >= IN_A_FOLDER:
        moved.rename(music / "moved")
        rows.append(one(folder, "a folder moved"))
    return rows


def one(folder: Folder, name: str) -> Row:
    from tagger.folders.manage import request_scan
    from tagger.models import Job
    from tagger.tasks import run_job

    job = request_scan(folder, by=None, trigger=Job.Trigger.COMMAND)
    began = time.perf_counter()
    run_job(str(job.pk))
    seconds = time.perf_counter() - began
    job.refresh_from_db()
    found: dict[str, Any] = job.result
    return {
        "scan": name,
        "seconds": round(seconds, 1),
        "files_a_second": round(found["files"] / seconds),
        "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **{key: found[key] for key in ("files", "new", "read", "unchanged", "moved", "missing")},
    }


if __name__ == "__main__":
    main()
