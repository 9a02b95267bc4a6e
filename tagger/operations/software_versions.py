"""What this installation is made of, for a report of a fault."""

from __future__ import annotations

import platform
from importlib.metadata import version

from django.db import connection

PACKAGES = ("Django", "celery", "torch", "pgvector")


def versions() -> list[tuple[str, str]]:
    """Names and versions, without importing what the web process does not need."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return [
        ("Python", platform.python_version()),
        ("PostgreSQL", postgres),
        *((name, version(name)) for name in PACKAGES),
    ]
