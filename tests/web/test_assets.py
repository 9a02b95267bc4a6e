from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.test import Client

from tagger.templatetags.assets import imported_by, modules

TEMPLATES = Path("tagger/templates")
STYLES = TEMPLATES / "tagger/shared/_styles.html"
SHEET = re.compile(r'{% stylesheet "css/(\w+)\.css"((?: "\w+")*) %}')
INCLUDED = re.compile(r'{% include "([^"]+)"')
NAMED = re.compile(r'(?:class|id)="([^"]*)"')
WORD = re.compile(r"[.#]([a-zA-Z][\w-]*)")
SCRIPT = re.compile(r'<script type="module" src="/static/js/([^"]+)"')


def test_a_page_asks_at_once_for_all_that_its_scripts_import() -> None:
    assert imported_by("map/map") >= {"js/map/pixels.js", "js/map/view.js", "js/player/queue.js"}
    drawn = modules("map/map")
    assert 'rel="modulepreload" href="/static/js/map/pixels.js"' in drawn
    assert drawn.count("<script") == 1


def test_what_every_page_has_is_not_asked_for_again() -> None:
    assert "js/player/queue.js" in imported_by("app")
    assert "player/queue.js" not in modules("map/map")


def test_what_is_imported_only_later_is_not_asked_for_at_once() -> None:
    assert "js/uploads.js" not in imported_by("app")


def test_every_script_of_ours_is_run_by_some_page() -> None:
    asked = set(re.findall(r'"([\w/]+)"', " ".join(_asked())))
    run = {f"js/{name}.js" for name in asked}.union(*map(imported_by, asked))
    ours = {str(path.relative_to("static")) for path in Path("static/js").rglob("*.js")}
    # The first runs before a page is drawn; a drop asks for the others.
    assert ours - run == {"js/early.js", "js/theme.js"}


def _asked() -> list[str]:
    text = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    return re.findall(r"{% modules ([^%]+) %}", text)


def test_the_library_does_without_the_map_and_the_review(page: Client) -> None:
    html = page.get("/").content.decode()
    assert set(SCRIPT.findall(html)) >= {"app.js", "list.js"}
    assert "js/map/map.js" not in html
    assert "js/review.js" not in html
    assert re.search(r'<link rel="stylesheet" href="[^"]*list\.css">', html)
    assert re.search(r'<link rel="stylesheet" href="[^"]*review\.css" disabled>', html)


def test_no_page_is_drawn_before_a_sheet_that_styles_it_has_come() -> None:
    late = {
        f"{page}: {selector} of {sheet}.css"
        for sheet, folders in SHEET.findall(STYLES.read_text())
        for selector in (_selectors(sheet) if folders else ())
        for page in TEMPLATES.glob("tagger/*/*.html")
        if 'extends "base.html"' in page.read_text() and f'"{page.parent.name}"' not in folders
        if (names := set(WORD.findall(selector))) and names <= _used(page)
    }
    assert not late


@cache
def _selectors(sheet: str) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", Path(f"static/css/{sheet}.css").read_text(), flags=re.DOTALL)
    rules = re.findall(r"([^{};]+)\{", text)
    return [part.strip() for rule in rules for part in re.split(r",(?![^(]*\))", rule)]


@cache
def _used(page: Path) -> set[str]:
    """The classes and ids of a page and of all it includes."""
    seen: set[Path] = set()
    ahead, names = [page], set()
    while ahead:
        text = (part := ahead.pop()).read_text()
        seen.add(part)
        values = (re.sub(r"{{.*?}}|{%.*?%}", " ", value) for value in NAMED.findall(text))
        names |= {name for value in values for name in value.split()}
        ahead += [
            path for path in map(TEMPLATES.joinpath, INCLUDED.findall(text)) if path not in seen
        ]
    return names
