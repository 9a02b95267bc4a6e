from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A query of a library under a name: its owner comes back to it with one click."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    library = models.ForeignKey("Library", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=80)
    query = models.TextField(help_text="As the address of the library has it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "library", "name"], name="one_view_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name
