from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .collector import registry
from .readiness import readiness


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers. What it depends on is not asked: a restart would not mend that."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    parts = readiness()
    ready = all(part.ready for part in parts)
    body = {
        "ready": ready,
        "checks": {part.name: "ready" if part.ready else "not ready" for part in parts},
    }
    return JsonResponse(body, status=200 if ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which sends the key as a bearer token. Without a key there are none."""
    if not settings.METRICS_KEY:
        raise Http404
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    known = constant_time_compare(key.strip(), settings.METRICS_KEY)
    if scheme.lower() != "bearer" or not known:
        refused = HttpResponse("Send `Authorization: Bearer KEY`.\n", "text/plain", status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
