"""How a database is emptied after a test that committed to it.

Django truncates every table and makes content types and permissions anew: a quarter of a second of
work each time, mostly for tables in which nothing was. Here rows are deleted where there are some.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

# What migrating has put there stays.
KEPT = {"auth_permission", "django_content_type"}


def delete_rows(_test: Any) -> None:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = [connection.ops.quote_name(table) for table in tables if table not in KEPT]
    occupied = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(occupied)
        deletions = [f"DELETE FROM {name}" for (name,) in cursor.fetchall()]
        # Neither triggers nor the order of foreign keys count when all goes.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("; ".join(deletions) or "SELECT")
        cursor.execute("SET session_replication_role = DEFAULT")
