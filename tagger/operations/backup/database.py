"""The rows, by Postgres' own programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from .errors import BackupError


def dump(file: Path) -> None:
    """One consistent moment, while everything goes on. The file appears when it is whole."""
    draft = file.with_name(f"{file.name}.new")
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={draft}")
    draft.replace(file)


def load(file: Path) -> None:
    """All or nothing; what was there before is replaced."""
    connection.close()
    if connection.pool:  # type: ignore[attr-defined]
        connection.close_pool()  # type: ignore[attr-defined]
    _run(
        "pg_restore",
        *("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"),
        str(file),
    )


def _run(program: str, *arguments: str) -> None:
    database = settings.DATABASES["default"]
    path = import_string(settings.POSTGRES_PROGRAMS)() / program
    where = {"host": database["HOST"], "port": database["PORT"], "username": database["USER"]}
    options = [f"--{name}={value}" for name, value in where.items() if value]
    options += [f"--dbname={connection.settings_dict['NAME']}", "--no-password"]
    done = subprocess.run(
        [path, *options, *arguments],
        env=os.environ | {"PGPASSWORD": str(database["PASSWORD"])},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
