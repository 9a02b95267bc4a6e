from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tagger.actions.effective_tags import rebuild_many
from tagger.models import Track
from tagger.queries.batches import batches


class Command(BaseCommand):
    help = "Write every track's effective tags anew from verdicts and the models' scores."

    def handle(self, *args: Any, **options: Any) -> None:
        count = sum(rebuild_many(ids) for ids in batches(Track.objects.all()))
        self.stdout.write(f"Rebuilt the tags of {count} tracks.")
