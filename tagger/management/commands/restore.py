from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tagger.operations.backup.errors import BackupError
from tagger.operations.backup.whole import restore


class Command(BaseCommand):
    help = "Bring back what `manage.py backup` has kept, into an empty installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` has written")
        parser.add_argument(
            "--replace", action="store_true", help="even though rows of this installation are lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(options["folder"], self.stdout.write, replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from error
