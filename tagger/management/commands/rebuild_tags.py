from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tagger.actions.effective_tags import rebuild_many
from tagger.models import Track


class Command(BaseCommand):
    help = "Write every track's effective tags anew from verdicts and the active model's scores."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild_many(Track.objects.defer("peaks").iterator())
        self.stdout.write(f"Rebuilt the tags of {count} tracks.")
