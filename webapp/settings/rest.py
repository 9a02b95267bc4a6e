"""The REST API: who may call it, how often, and how it describes itself."""

from __future__ import annotations

from typing import Any

from . import environment

__all__ = ["PROXIES", "REST_FRAMEWORK", "SPECTACULAR_SETTINGS"]

# How many of ours a request passes: only their X-Forwarded-For can be believed.
PROXIES = environment.whole("PROXIES", 0)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tagger.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "tagger.api.schema.ComponentSchema",
    "DEFAULT_THROTTLE_CLASSES": ["tagger.api.throttles.MethodThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "read": "1200/min",
        "write": "300/min",
        "upload": "600/min",
        "bad-token": "30/min",
        "chunk": "6000/min",
    },
    "NUM_PROXIES": PROXIES,
    "EXCEPTION_HANDLER": "tagger.api.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tonemark",
    "DESCRIPTION": "Upload music, read its tags, correct them.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobState": "tagger.models.Job.State",
        "ModelState": "tagger.models.ModelVersion.State",
        "MusicState": "tagger.models.Track.MusicState",
        "DeliveryState": "tagger.models.WebhookDelivery.State",
        "TrackState": "tagger.models.Track.State",
        "VerdictEnum": "tagger.models.Verdict.Answer",
        "WrittenField": "tagger.api.serializers.folder.FIELDS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tagger.api.links.add_links",
    ],
    "WEBHOOKS": ["tagger.api.webhook_events.EVENT"],
    # Out of the package, not from a foreign server.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
