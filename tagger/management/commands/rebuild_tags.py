from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tagger.feedback.question_queue import ask_again
from tagger.models import Track
from tagger.platform.batches import batches
from tagger.tags.effective import rebuild_many


class Command(BaseCommand):
    help = "Write every track's effective tags and review questions anew from verdicts and scores."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for ids in batches(Track.objects.all()):
            count += rebuild_many(ids)
            for track in Track.objects.filter(pk__in=ids).only("notes", "library_id"):
                ask_again(track)
        self.stdout.write(f"Rebuilt the tags of {count} tracks.")
