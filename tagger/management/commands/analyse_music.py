from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tagger.analysis.tempo_key import forget_failed_music, request_all_music
from tagger.models import Job


class Command(BaseCommand):
    help = "Queue the search for tempo and key of every heard track that has none yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--failed", action="store_true", help="also those that could not be measured before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MUSIC_ANALYSIS:
            raise CommandError("Tempo and key are switched off: set TONEMARK_MUSIC_ANALYSIS=true.")
        if options["failed"]:
            forget_failed_music()
        count = request_all_music(Job.Trigger.COMMAND)
        self.stdout.write(f"Queued {count} tracks.")
