"""Database connections are few, and uploads may take minutes."""

from __future__ import annotations

from django.db import connection


def give_back() -> None:
    """Before what takes long and asks the database nothing: others may have the connection.

    The next question gets one by itself. A transaction that is under way keeps its own.
    """
    if not connection.in_atomic_block:
        connection.close()
