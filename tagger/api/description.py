"""The API's OpenAPI description, as it is served."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from .base import FirstUnlessAccepted


class Description(SpectacularAPIView):
    """The same for everybody as long as the program runs; to make it takes half a second."""

    content_negotiation_class = FirstUnlessAccepted

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        response = HttpResponse(
            _described(renderer.media_type, get_language()),
            content_type=f"{renderer.media_type}{charset}",
        )
        name = self._get_filename(request, version=None)
        response["Content-Disposition"] = f'inline; filename="{name}"'
        return response


_RENDERERS = {one.media_type: one for one in SpectacularAPIView.renderer_classes}


@lru_cache(maxsize=len(_RENDERERS) * len(settings.LANGUAGES))
def _described(media_type: str, language: str) -> str | bytes:
    return _RENDERERS[media_type]().render(SchemaGenerator().get_schema(public=True))
