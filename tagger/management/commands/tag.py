from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from ml.commands import tag
from tagger.tags.effective import active_model


class Command(BaseCommand):
    help = (
        "Print the tags the active model hears in audio files. Nothing is written to the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        tag.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["model"] is None:
            options["model"] = self._active()
        if tag.run(Namespace(**options)):
            raise CommandError("Not every file could be tagged; the reasons are above.")

    def _active(self) -> str | None:
        """None stands for the shipped model, which needs no database."""
        try:
            model = active_model()
        except OperationalError:
            self.stderr.write("The database is not running: tagging with the shipped model.")
            return None
        return model.weights.path if model else None
