"""A running server under load: uploads, reads, and reads while others upload.

    python -m bench.web FOLDER --token TOKEN [--site http://127.0.0.1:8000] [--files 40]
        [--reads 200] [--side-by-side 8] [--json]

FOLDER holds audio files that the library does not have yet: half are uploaded by themselves, half
beside reads. The token (of a person, made on the account page) must be allowed to write; what is
uploaded stays in that library. Times are what a client waits; 400 or more is an error (429: more
than one person may ask for in a minute).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import urllib3

from .machine import facts
from .pipeline import chosen
from .site import Site, add_arguments
from .tables import Row, parser, show

READS = (
    "tracks/",
    "tracks/?tag=guitar&tag=classical&ordering=-score",
    "tracks/?q=a&ordering=title",
    "tags/",
    "jobs/",
)


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float


def main() -> None:
    arguments = parser(__doc__)
    add_arguments(arguments, files=40, side_by_side=8)
    arguments.add_argument("--reads", type=int, default=200)
    args = arguments.parse_args()
    site = Site(args.site, args.token, 2 * args.side_by_side)
    first = site.ask("GET", "me/")
    if first.status != 200:
        raise SystemExit(f"{args.site} answers {first.status} to this token.")
    files = chosen(args.folder, args.files)
    rows = measure(site, files, args.reads, args.side_by_side)
    show({"machine": facts(), "rows": rows}, args.json)


def measure(site: Site, files: list[Path], reads: int, side_by_side: int) -> list[Row]:
    half = len(files) // 2
    paths = list(islice(cycle(READS), reads))
    with ThreadPoolExecutor(side_by_side) as readers, ThreadPoolExecutor(side_by_side) as senders:

        def read() -> list[Future[Answer]]:
            return [readers.submit(_timed, site.ask, "GET", path) for path in paths]

        def send(some: Iterable[Path]) -> list[Future[Answer]]:
            return [senders.submit(_timed, site.upload, file) for file in some]

        rows = [
            _row("reads", *_ended(read)),
            _row("uploads", *_ended(lambda: send(files[:half]))),
        ]
        began = time.perf_counter()
        uploads, others = send(files[half:]), read()
        for case, futures in (("uploads beside reads", uploads), ("reads beside uploads", others)):
            rows.append(_row(case, [one.result() for one in futures], time.perf_counter() - began))
    return rows


def _ended(start: Callable[[], list[Future[Answer]]]) -> tuple[list[Answer], float]:
    began = time.perf_counter()
    answers = [future.result() for future in start()]
    return answers, time.perf_counter() - began


def _row(case: str, answers: list[Answer], seconds: float) -> Row:
    times = [1000 * answer.seconds for answer in answers]
    statuses = Counter(answer.status for answer in answers)
    return {
        "case": case,
        "requests": len(answers),
        "per_s": round(len(answers) / seconds, 1),
        "p50_ms": round(median(times), 1),
        "p95_ms": round(quantiles(times, n=20)[-1], 1),
        "errors": sum(count for status, count in statuses.items() if status >= 400),
        "answers": ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())),
    }


def _timed(ask: Callable[..., urllib3.BaseHTTPResponse], *given: Any) -> Answer:
    began = time.perf_counter()
    status = ask(*given).status
    return Answer(status, time.perf_counter() - began)


if __name__ == "__main__":
    main()
