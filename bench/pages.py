"""What a browser gets and when: weight, first paint and time to interactive of pages of a library.

    python -m bench.pages [--size 10000] [--points 100000] [--rounds 9] [--json]

A Chromium on the same machine, its cache empty, loads each page over HTTP from the application
itself. Interactive is when all scripts of the page have run; `frame_ms` is one drawing of all
points of the map while it is dragged: those of the library, and as many made-up ones as asked.
Times are medians, with the quartiles; only ratios inside one run are to be trusted.
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from .library import database
from .machine import facts
from .tables import Row, parser, show

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = {"library": "/", "library, a tag": "/?tag=guitar&ordering=-score", "map": "/map/"}
CHROMIUM = "/usr/bin/chromium"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
# Until all is loaded that the page waits for, with the page itself.
REQUESTS = """
    performance.getEntriesByType('resource').filter(({ startTime }) =>
        startTime < performance.getEntriesByType('navigation')[0].loadEventStart).length + 1
"""
FRAMES = "performance.getEntriesByName('map').map((frame) => frame.duration)"


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--size", type=int, default=10_000)
    arguments.add_argument("--points", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=9)
    args = arguments.parse_args()
    with database():
        rows, frames = measure(args.size, args.points, args.rounds)
    show({"machine": facts(), "tracks": args.size, "pages": rows, "map": frames}, args.json)


@dataclass(frozen=True)
class Site:
    """A library that is served, the session of its owner, who is staff, and the pages of a track
    and of the model."""

    address: str
    session: str
    track: str
    model: str


@contextmanager
def served(size: int) -> Iterator[Site]:
    from django.conf import settings
    from django.core.management import call_command
    from django.test.testcases import LiveServerThread

    from tagger.models import ModelVersion, Track

    from . import review_and_map
    from .library_rows import fill

    owner = fill(size)
    type(owner).objects.filter(pk=owner.pk).update(is_staff=True)
    review_and_map.fill_map(owner)
    # Static files as an installation serves them, not as tests do: named by content, compressed.
    settings.STORAGES["staticfiles"] = {"BACKEND": "webapp.static_storage.ModuleStorage"}
    call_command("collectstatic", interactive=False, verbosity=0)
    server = LiveServerThread("127.0.0.1", lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    track = Track.objects.values_list("pk", flat=True)[0]
    model = ModelVersion.objects.values_list("pk", flat=True)[0]
    try:
        address = f"http://localhost:{server.port}"
        yield Site(address, _session(owner), f"/tracks/{track}/", f"/models/{model}/")
    finally:
        server.terminate()


def measure(size: int, points: int, rounds: int) -> tuple[list[Row], list[Row]]:
    from playwright.sync_api import sync_playwright

    with served(size) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        cookie = {"name": "sessionid", "value": site.session, "url": site.address}
        rows = [_page(browser, site.address, cookie, *page, rounds) for page in PAGES.items()]
        both = (None, _made_up(points))
        return rows, [_frames(browser, site.address, cookie, given) for given in both]


def _session(owner: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(owner)
    return client.cookies["sessionid"].value


def _page(
    browser: Browser, address: str, cookie: dict[str, str], name: str, path: str, rounds: int
) -> Row:
    loads = [_load(browser, address, cookie, path) for _ in range(rounds + 1)][1:]
    first = loads[0]
    return {
        "page": name,
        "html_kb": round(first["html"] / 1000, 1),
        "html_gzip_kb": round(first["gzip"] / 1000, 1),
        "requests": int(first["requests"]),
        **_spread("first_paint_ms", [load["paint"] for load in loads]),
        **_spread("interactive_ms", [load["ready"] for load in loads]),
    }


def _load(browser: Browser, address: str, cookie: dict[str, str], path: str) -> dict[str, float]:
    """Once, with an empty cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    answer = page.goto(address + path, wait_until="load")
    assert answer is not None
    body = answer.body()
    page.wait_for_timeout(200)
    loaded = {
        "html": float(len(body)),
        "gzip": float(len(gzip.compress(body, 6))),
        "requests": float(page.evaluate(REQUESTS)),
        "paint": float(page.evaluate(PAINT)),
        "ready": float(page.evaluate(READY)),
    }
    context.close()
    return loaded


def _made_up(count: int) -> dict[str, Any]:
    """Points in clouds, packed as the server packs them (static/js/map/points.js)."""
    import numpy as np

    rng = np.random.default_rng(0)
    colours = rng.integers(0, 8, count, dtype=np.uint8)
    places = rng.uniform(-0.7, 0.7, (8, 2))[colours] + rng.normal(0, 0.1, (count, 2))
    packed = np.rint(np.clip(places, -1, 1) * 32767).astype("<i2")
    parts = {"ids": rng.bytes(16 * count), "places": packed.tobytes(), "colours": colours.tobytes()}
    return {
        **{name: base64.b64encode(part).decode() for name, part in parts.items()},
        **{"drawn": count, "total": count, "tags": [], "low": None, "high": None},
    }


def _frames(
    browser: Browser, address: str, cookie: dict[str, str], given: dict[str, Any] | None
) -> Row:
    """Dragging the map about, with its own points or those `given`."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    if given:
        page.route(re.compile("/map/points/"), lambda route: route.fulfill(json=given))
    page.goto(f"{address}/map/")
    page.wait_for_selector("#map[data-drawn]")
    drawn = int(page.locator("#map").get_attribute("data-drawn") or 0)
    _drag(page)
    times = sorted(page.evaluate(FRAMES))
    context.close()
    slow = round(times[int(0.95 * len(times))], 1)
    return {
        **{"points": drawn, "frames": len(times)},
        **_spread("frame_ms", times),
        "frame_ms_p95": slow,
    }


def _drag(page: Page) -> None:
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(box["x"] + 300 + step, box["y"] + 200 + step // 2)
    page.mouse.up()
    page.wait_for_timeout(200)


def _spread(name: str, values: list[float]) -> Row:
    low, _, high = quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
    return {name: round(median(values), 1), f"{name}_quartiles": f"{low:.0f}–{high:.0f}"}


if __name__ == "__main__":
    main()
