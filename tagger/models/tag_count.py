from __future__ import annotations

from typing import ClassVar

from django.db import models


class TagCount(models.Model):
    """How many tracks of a library carry a shown tag; without a tag, how many there are at all.

    The sum of all rows for the same two is what counts. Triggers on tracks write a row for each
    change and never alter one, so that nobody waits for anybody; a task folds them now and then.
    """

    # The triggers' rows for a deleted library come after the rest of it, and sum up to nothing.
    library = models.ForeignKey(
        "Library",
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    tag = models.ForeignKey(
        "Tag",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    tracks = models.IntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["library", "tag"], include=["tracks"], name="tag_count_of_library")
        ]

    def __str__(self) -> str:
        return f"{self.tracks:+d}"
