"""What this installation is made of, for a report of a fault."""

from __future__ import annotations

import platform
import tomllib
from functools import cache
from importlib.metadata import version

from django.conf import settings
from django.db import connection

PACKAGES = ("Django", "celery", "torch", "pgvector")


@cache
def tonemark_version() -> str:
    """The one in pyproject.toml, which is in the image and in a checkout alike: Tonemark is run
    where its files lie and not installed as a package, so the environment does not know it."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def versions() -> list[tuple[str, str]]:
    """Names and versions, without importing what the web process does not need."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return [
        ("Tonemark", tonemark_version()),
        ("Python", platform.python_version()),
        ("PostgreSQL", postgres),
        *((name, version(name)) for name in PACKAGES),
    ]
