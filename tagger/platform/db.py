"""Database connections are few, and uploads may take minutes."""

from __future__ import annotations

import zlib

from django.db import connection


def lock_for_transaction(name: str) -> None:
    """Wait until nobody else holds the lock of this name; hold it to the transaction's end.

    For what no row stands for yet. Two names share a number once in four billion: then they wait
    for each other, which is slow, not wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])


def return_connection() -> None:
    """Before what takes long and asks the database nothing: others may have the connection.

    The next question gets one by itself. A transaction that is under way keeps its own.
    """
    if not connection.in_atomic_block:
        connection.close()
