"""What a browser needs to know to put Tonemark among a device's programs."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ml.audio import SUFFIXES

# The ground of the light theme, and the accent (static/css/tokens.css).
GROUND, ACCENT = "#f3f5f4", "#0a6864"


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    library = reverse("web:library")
    described = {
        "name": "Tonemark",
        "short_name": "Tonemark",
        "description": _("Hear what is in your music."),
        "id": library,
        "start_url": library,
        "scope": library,
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": ACCENT,
        "icons": _icons(),
        "shortcuts": [
            {"name": _("Review"), "url": reverse("web:review")},
            {"name": _("Upload"), "url": reverse("web:upload")},
        ],
        "share_target": {
            "action": reverse("web:share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "files", "accept": ["audio/*", *sorted(SUFFIXES)]}]},
        },
    }
    return JsonResponse(described, content_type="application/manifest+json")


def _icons() -> list[dict[str, str]]:
    drawn = {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    plain = [_picture(f"icon-{size}.png", size, "any") for size in (192, 512)]
    # Systems cut it to their own form: the mark stands in the middle of a full square.
    return [drawn, *plain, _picture("icon-maskable-512.png", 512, "maskable")]


def _picture(name: str, size: int, purpose: str) -> dict[str, str]:
    source = static(f"icons/{name}")
    return {"src": source, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
