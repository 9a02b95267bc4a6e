from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Our own from the first migration, since swapping the user model later is not possible."""

    # While a token acts for them that is limited to one library: the id of that one. No column.
    limited_to: int | None = None
    # Whether a webhook of theirs was switched off by itself and still is. Kept here, since every
    # page asks.
    silent_webhook = models.BooleanField(default=False, editable=False)
