from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Our own from the first migration, since swapping the user model later is not possible."""
