"""Database, files and static files."""

from __future__ import annotations

from typing import Any

import environ

from webapp.embedded.locations import Locations

from . import environment
from .media import media_backend
from .paths import DATA_DIR
from .web import WEB_THREADS

__all__ = ["DATABASES", "POSTGRES_PROGRAMS", "STORAGES"]


def _database() -> dict[str, Any]:
    address = environment.text("DATABASE_URL", Locations(DATA_DIR).database_url)
    environment.address(
        "DATABASE_URL",
        address,
        ("postgres", "postgresql"),
        "postgres://user:password@host:5432/name",
    )
    database: dict[str, Any] = environ.Env.db_url_config(address)
    if password := environment.secret("DATABASE_PASSWORD"):
        database["PASSWORD"] = password
    if environment.switch("DATABASE_POOL", True):
        database.setdefault("OPTIONS", {})["pool"] = {
            "min_size": 1,
            # One for each thread that answers; those of workers are fewer.
            "max_size": WEB_THREADS + 2,
            "timeout": 10,
            # A lost connection is looked for anew at the next request, not ever more seldom.
            "reconnect_timeout": 5,
        }
    # A pooled connection is checked before use: Postgres may have been restarted.
    return database | {"CONN_HEALTH_CHECKS": True}


# What finds the folder of pg_dump and pg_restore.
POSTGRES_PROGRAMS = "webapp.embedded.servers.binaries.client_folder"
DATABASES = {"default": _database()}
STORAGES = {
    "default": media_backend(),
    "staticfiles": {"BACKEND": "webapp.static_storage.ModuleStorage"},
}
