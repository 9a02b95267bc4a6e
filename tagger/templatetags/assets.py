"""What of our scripts and style sheets a page asks for: what it uses, in one round of requests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from django import template
from django.contrib.staticfiles import finders
from django.template import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# On every page.
EVERYWHERE = "app"
# At the beginning of a line; an `import(…)` further in is for later.
IMPORT = re.compile(r"""^(?:import|export)\b[^"';(]*["'](\.[^"']+)["'];""", re.MULTILINE)


@register.simple_tag
@cache
def modules(*names: str) -> SafeString:
    """Script elements for these modules of `static/js`, and links that fetch all they import.

    Without the links a browser would learn of each import only when it has what imports it.
    """
    had = set() if EVERYWHERE in names else imported_by(EVERYWHERE)
    needed = set().union(*map(imported_by, names)) - had
    links = ((static(path),) for path in sorted(needed))
    scripts = ((static(_path(name)),) for name in names)
    return format_html(
        "{}{}",
        # After the sheets, which a first paint waits for.
        format_html_join("\n", '<link rel="modulepreload" href="{}" fetchpriority="low">', links),
        format_html_join("\n", '<script type="module" src="{}"></script>', scripts),
    )


def _path(name: str) -> str:
    return f"js/{name}.js"


def imported_by(name: str) -> set[str]:
    """The paths of all modules that this one runs, its own not among them."""
    found: set[str] = set()
    ahead = [_path(name)]
    while ahead:
        new = set(_imports(ahead.pop())) - found
        found |= new
        ahead += new
    return found - {_path(name)}


@cache
def _imports(path: str) -> tuple[str, ...]:
    found = finders.find(path)
    if not found:
        raise template.TemplateSyntaxError(f"There is no script {path}")
    folder = PurePosixPath(path).parent
    text = Path(found).read_text(encoding="utf-8")
    return tuple(normpath(folder / each) for each in IMPORT.findall(text))


@register.simple_tag(takes_context=True)
def stylesheet(context: RequestContext, path: str, *folders: str) -> SafeString:
    """A link to this sheet, which pages of these template folders need before they are painted.

    For pages of other folders it is there too, in its place of the cascade, but waits: `sheets.js`
    fetches it once the page has been drawn, so that links can swap in any page. Without scripts
    every page is loaded whole. Without folders: every page needs it.
    """
    page = context.template.name if context.template else None
    waits = bool(folders) and PurePosixPath(page or "").parent.name not in folders
    return format_html(
        '<link rel="stylesheet" href="{}"{}>',
        static(path),
        SafeString(" disabled") if waits else "",
    )
