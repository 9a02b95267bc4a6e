from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class Numbered(Paginator):
    """Pages of `size` rows, of which there are so many: nobody counts them a second time."""

    def __init__(self, rows: QuerySet[Any], size: int, count: int) -> None:
        super().__init__(rows, size)
        self.rows = rows
        vars(self)["count"] = count

    def _get_page(self, rows: Any, number: int, paginator: Any) -> Page[Any]:
        """What stands before a page is passed over by ids alone: an index has these in order."""
        return Page(self.rows.filter(pk__in=rows.values("pk")), number, paginator)
