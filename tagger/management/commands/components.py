from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tagger.operations.components import components, cyclonedx


class Command(BaseCommand):
    help = "List every package this installation is made of, with version and licence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--cyclonedx",
            action="store_true",
            help="as a software bill of materials (CycloneDX 1.6, JSON)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = components(settings.NODE_MODULES)
        if options["cyclonedx"]:
            self.stdout.write(json.dumps(cyclonedx(found), indent=2))
            return
        for component in found:
            self.stdout.write(f"{component.name} {component.version}\t{component.licence}")
