from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ml.commands import tag as ml_tag


class Command(BaseCommand):
    help = "Print the tags of audio files, without writing anything to the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        ml_tag.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from argparse import Namespace

        options.setdefault("device", settings.DEVICE)
        if ml_tag.run(Namespace(**options)):
            raise CommandError("Some files could not be tagged; see above.")
