from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tagger.actions import bootstrap


class Command(BaseCommand):
    help = "Prepare a new installation: tag vocabulary, the shipped model, the first admin."

    def handle(self, *args: Any, **options: Any) -> None:
        bootstrap.ensure_vocabulary()
        model = bootstrap.ensure_model()
        self.stdout.write(f"Active model: {model}")
        password = bootstrap.ensure_admin()
        if password:
            self.stdout.write(f"First admin: user admin, password {password} (shown only once)")
