"""An archive dropped in at once: how near a running server comes to what the network alone can do.

    python -m bench.uploads FOLDER --token TOKEN [--site http://127.0.0.1:8000] [--files 1000]
        [--side-by-side 4] [--json]

FOLDER holds audio files that the library does not have yet. All are uploaded over the API, and the
clock runs until the last is tagged; the token must be allowed to write, and what is uploaded
stays in that library. The limit is how many segments this machine's best way to run the default
model analyses in a second with a worker's number of threads and nothing else to do, in batches of
16, measured before and after on the wall.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

import numpy as np
import urllib3

from ml.audio.reading import SEGMENT_SAMPLES
from ml.inference.pipeline import BATCH
from ml.inference.tagger import Tagger

from .inference import SEGMENT_SECONDS
from .machine import facts
from .pipeline import chosen
from .site import Site, add_arguments
from .tables import Row, parser, show

LIMIT_SECONDS = 8.0

Asked = Callable[..., urllib3.BaseHTTPResponse]


def patiently(ask: Asked, *given: Any) -> Any:
    """The answer's content. Asked to wait (429, 503), it waits and asks again."""
    while (answer := ask(*given)).status in (429, 503):
        time.sleep(float(answer.headers.get("Retry-After", "1")))
    content = json.loads(answer.data)
    if answer.status >= 400:
        raise SystemExit(f"{answer.status} {content['detail']}")
    return content


def upload(site: Site, file: Path) -> tuple[str, float]:
    """The job that tags it, and the seconds the client waited."""
    began = time.perf_counter()
    created = patiently(site.upload, file)
    if created["job"] is None:
        raise SystemExit(f"{file} is in the library already.")
    return created["job"]["id"], time.perf_counter() - began


def ended(site: Site, job: str) -> Any:
    """The job once it has ended."""
    while (state := patiently(site.ask, "GET", f"jobs/{job}/"))["finished_at"] is None:
        time.sleep(1.0)
    return state


def main() -> None:
    arguments = parser(__doc__)
    add_arguments(arguments, files=1000, side_by_side=4)
    args = arguments.parse_args()
    site = Site(args.site, args.token, args.side_by_side)
    patiently(site.ask, "GET", "me/")
    files = chosen(args.folder, args.files)
    tagger = Tagger.load(device="cpu")
    before = limit(tagger)
    measured = measure(site, files, args.side_by_side)
    limits = [before, limit(tagger)]
    row = _row(*measured, fmean(limits))
    show({"machine": facts(), "backend": tagger.device_reason, "rows": [row]}, args.json)


def limit(tagger: Tagger) -> float:
    """Segments a second of the network alone."""
    sounds = np.random.default_rng(0).normal(0, 0.1, (BATCH, SEGMENT_SAMPLES)).astype(np.float32)
    tagger.score(sounds)
    began, analysed = time.perf_counter(), 0
    while time.perf_counter() - began < LIMIT_SECONDS:
        tagger.score(sounds)
        analysed += BATCH
    return analysed / (time.perf_counter() - began)


def measure(
    site: Site, files: list[Path], side_by_side: int
) -> tuple[list[float], list[Any], float]:
    """How long each client waited, the ended jobs, and the seconds until the last had ended."""
    began = time.time()
    with ThreadPoolExecutor(side_by_side) as senders:
        sent = list(senders.map(partial(upload, site), files))
    jobs = [ended(site, job) for job, _ in reversed(sent)]
    last = max(datetime.fromisoformat(job["finished_at"]).timestamp() for job in jobs)
    return [waited for _, waited in sent], jobs, last - began


def _row(waited: list[float], jobs: list[Any], seconds: float, limit: float) -> Row:
    succeeded = [job for job in jobs if job["state"] == "succeeded"]
    segments = sum(round(job["progress"]["total"] / SEGMENT_SECONDS) for job in succeeded)
    return {
        "files": len(jobs),
        "tagged": len(succeeded),
        "files_per_s": round(len(succeeded) / seconds, 2),
        "times_real_time": round(segments * SEGMENT_SECONDS / seconds),
        "upload_p50_ms": round(1000 * median(waited)),
        "upload_p95_ms": round(1000 * quantiles(waited, n=20)[-1]),
        "segments_per_s": round(segments / seconds, 1),
        "limit_segments_per_s": round(limit, 1),
        "share_of_limit": round(segments / seconds / limit, 2),
    }


if __name__ == "__main__":
    main()
