"""Where uploads are kept: a folder, or a bucket of an S3-compatible store."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from . import environment

__all__ = ["X_ACCEL"]

# The proxy sends stored files itself, once the application has said that it may.
X_ACCEL = environment.switch("X_ACCEL", False)


def media_backend() -> dict[str, Any]:
    address = environment.text("MEDIA_URL")
    if not address:
        return {"BACKEND": "tagger.platform.storage.local.FolderStorage"}
    example = "s3://bucket/folder"
    place = urlsplit(environment.address("MEDIA_URL", address, ("s3",), example))
    if not place.netloc:
        raise ImproperlyConfigured(f"TONEMARK_MEDIA_URL must look like {example}.")
    endpoint = environment.text("S3_ENDPOINT")
    if endpoint:
        environment.address("S3_ENDPOINT", endpoint, ("http", "https"), "https://s3.example.org")
    return {
        "BACKEND": "tagger.platform.storage.s3.ObjectStorage",
        "OPTIONS": {
            "bucket_name": place.netloc,
            "location": place.path.strip("/"),
            "endpoint_url": endpoint or None,
            "region_name": environment.text("S3_REGION") or None,
            "access_key": environment.secret("S3_ACCESS_KEY") or None,
            "secret_key": environment.secret("S3_SECRET_KEY") or None,
        },
    }
