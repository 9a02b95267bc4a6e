"""How the library answers when it is large: pages, facets, search, likeness, verdicts.

    python -m bench.library [--sizes 1000 10000 100000] [--rounds 20] [--json]

The rows are made inside an embedded Postgres of the bench's own (bench.library_rows).
Pages are whole requests to the web application without the network in between; the plan column
names what Postgres scans for the main query. Times are those on the wall; cpu_ms is what the
application and Postgres together computed, which a busy machine does not stretch. A slope of 1
means that this grows with the library, 0 that it does not.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from .activation import activation
from .cpu_time import cpu_seconds
from .machine import facts
from .tables import Row, parser, show
from .timing import slope

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.test import Client

    from tagger.models import Track, User

Case = tuple[Callable[[], object], "QuerySet[Any] | None"]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--rounds", type=int, default=20)
    args = arguments.parse_args()
    rows, changes = [], []
    with database():
        from .library_rows import fill

        for size in args.sizes:
            rows += measure(fill(size), size, args.rounds)
            changes.append(activation(size))
    results = {"rows": rows, "growth": growth(rows), "activation": changes}
    show({"machine": facts()} | results, args.json)


@contextmanager
def database() -> Iterator[None]:
    """An embedded Postgres in a scratch folder, and Django on it."""
    folder = Path(tempfile.mkdtemp(prefix="tonemark-bench-"))
    os.environ |= {
        "TONEMARK_DATA_DIR": str(folder),
        "TONEMARK_BROKER_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    from webapp.embedded.locations import Locations
    from webapp.embedded.servers.postgres import Postgres

    server = Postgres(Locations(folder))
    os.environ["TONEMARK_DATABASE_URL"] = server.locations.database_url
    server.start()
    try:
        import django
        from django.core.management import call_command

        from webapp.web_server import settle

        django.setup()
        call_command("migrate", verbosity=0)
        settle()
        yield
    finally:
        from django.db import connections

        connections["default"].close_pool()
        server.stop()
        shutil.rmtree(folder)


def measure(owner: User, size: int, rounds: int) -> list[Row]:
    """One row for each case."""
    return [
        {"case": name, "tracks": size} | timed(run, rounds) | {"plan": plan(queryset)}
        for name, (run, queryset) in cases(owner).items()
    ]


def cases(owner: User) -> dict[str, Case]:
    """What a person does with a library, and the queryset behind it."""
    from django.http import QueryDict
    from django.test import Client

    from tagger.feedback.verdicts import give_verdict
    from tagger.library.facets import counts
    from tagger.library.search import LibraryFilter, library
    from tagger.library.similar import similar_tracks
    from tagger.models import Tag, Track, Verdict

    client = Client(headers={"host": "localhost"})
    client.force_login(owner)
    track = Track.objects.filter(library=owner.personal_library).order_by("pk")[0]
    tag = Tag.objects.get(slug="guitar")

    def narrowed(query: str) -> QuerySet[Track]:
        return LibraryFilter(QueryDict(query), queryset=library(owner.personal_library)).qs

    def page(query: str) -> Case:
        return lambda: opened(client, f"/?{query}"), narrowed(query)[:50]

    answers = cycle([Verdict.Answer.ACCEPTED, Verdict.Answer.REJECTED])
    filtered = "tag=guitar&tag=classical&tag=slow"
    last = library(owner.personal_library).count() // 50
    return {
        "library page with facets": page(""),
        "page of a three-tag filter": page(filtered),
        "counts of a three-tag filter": (lambda: counts(narrowed(filtered)), None),
        "page of one tag": page("tag=guitar"),
        "page of one tag, best first": page("tag=guitar&ordering=-score"),
        "page in the middle of the library": page(f"page={last // 2}"),
        "page by title": page("ordering=title"),
        "page by artist, in the middle": page(f"ordering=artist&page={last // 2}"),
        "page of a text search": page("q=harbour+letter"),
        "ten similar tracks": (
            lambda: similar_tracks([track], library(owner.personal_library), most=10),
            None,
        ),
        "a verdict": (lambda: give_verdict(owner, track, tag, next(answers)), None),
    }


def opened(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, (address, response)


def timed(run: Callable[[], object], rounds: int) -> Row:
    """Milliseconds: median and 95th percentile, after one round that does not count."""
    run()
    times = []
    began_cpu = cpu_seconds()
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - began))
    cpu = 1000 * (cpu_seconds() - began_cpu) / rounds
    high = quantiles(times, n=20)[-1]
    return {"p50_ms": round(median(times), 1), "p95_ms": round(high, 1), "cpu_ms": round(cpu, 1)}


def plan(queryset: QuerySet[Any] | None) -> str:
    """What is scanned, and how, for the first page of a queryset."""
    if queryset is None:
        return ""
    scans = re.findall(r"(\w+(?: \w+)* Scan)(?: using (\w+))?(?: on (\w+))?", queryset.explain())
    return ", ".join(
        dict.fromkeys(f"{how} {index or table}".strip() for how, index, table in scans)
    )


def growth(rows: list[Row]) -> list[Row]:
    """How what each case computes grows with the library."""
    if len({row["tracks"] for row in rows}) < 2:
        return []
    by_case: dict[str, list[Row]] = {}
    for row in rows:
        by_case.setdefault(row["case"], []).append(row)
    return [
        {"case": case, "slope": round(slope(*_columns(rows)), 2)} for case, rows in by_case.items()
    ]


def _columns(rows: list[Row]) -> tuple[list[float], list[float]]:
    return [row["tracks"] for row in rows], [max(row["cpu_ms"], 0.1) for row in rows]


if __name__ == "__main__":
    main()
