from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import models

if TYPE_CHECKING:
    from .library import Library

Row = TypeVar("Row", bound=models.Model)


class User(AbstractUser):
    """Our own from the first migration, since swapping the user model later is not possible."""

    # While a token acts for them that is limited to one library: the id of that one. No column.
    limited_to: int | None = None
    # Whether a webhook of theirs was switched off by itself and still is. Kept here, since every
    # page asks.
    silent_webhook = models.BooleanField(default=False, editable=False)

    def within_limit(self, rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
        """Of rows with a `library`: all, or those that the limited token may reach."""
        return rows.filter(library=self.limited_to) if self.limited_to else rows

    def limit_for(self, library: Library | None) -> int | None:
        """The id of the library to which what they make is limited: their token's comes first."""
        return self.limited_to or (library.pk if library else None)
