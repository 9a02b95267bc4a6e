"""Database, files and static files."""

from __future__ import annotations

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from ..embedded.locations import Locations
from . import environment
from .paths import DATA_DIR

__all__ = ["DATABASES", "STORAGES", "X_ACCEL"]


def _database() -> dict[str, Any]:
    address = environment.text("DATABASE_URL", Locations(DATA_DIR).database_url)
    if not address.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            "TONEMARK_DATABASE_URL must look like postgres://user:password@host:5432/name."
        )
    database: dict[str, Any] = environ.Env.db_url_config(address)
    if password := environment.secret("DATABASE_PASSWORD"):
        database["PASSWORD"] = password
    if environment.switch("DATABASE_POOL", True):
        database.setdefault("OPTIONS", {})["pool"] = {
            "min_size": 1,
            "max_size": 10,
            "timeout": 10,
            # A lost connection is looked for anew at the next request, not ever more seldom.
            "reconnect_timeout": 5,
        }
    # A pooled connection is checked before use: Postgres may have been restarted.
    return database | {"CONN_HEALTH_CHECKS": True}


# The proxy sends stored files itself, once the application has said that it may.
X_ACCEL = environment.switch("X_ACCEL", False)
DATABASES = {"default": _database()}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "webapp.static_storage.ModuleStorage"},
}
