from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet


def numbered(rows: QuerySet[Any], size: int, count: int) -> Paginator[Any]:
    """Pages of `size` rows, of which there are so many: nobody counts them a second time."""
    paginator = Paginator(rows, size)
    vars(paginator)["count"] = count
    return paginator
