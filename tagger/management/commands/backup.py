from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tagger.operations.backup.errors import BackupError
from tagger.operations.backup.whole import back_up


class Command(BaseCommand):
    help = (
        "Copy rows, uploads, models and key into a folder, while everything goes on. "
        "Into the same folder again, only new files are copied."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="made if need be; best on another disk")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            back_up(options["folder"], self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
