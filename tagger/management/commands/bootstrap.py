from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from tagger.operations import bootstrap
from tagger.registry import tag_switch
from tagger.registry.shipped import shipped_candidate
from tagger.training.schedule import ensure_schedule


class Command(BaseCommand):
    help = "Prepare an installation, new or old: tables, tag vocabulary, model, first admin."

    def handle(self, *args: Any, **options: Any) -> None:
        # In one process with the rest, since every start of an installation goes through here.
        call_command("migrate", interactive=False, verbosity=0)
        bootstrap.ensure_vocabulary()
        ensure_schedule()
        model = bootstrap.ensure_model()
        self.stdout.write(f"Active model: {model}")
        tag_switch.resume()
        newer = shipped_candidate()
        if newer:
            self.stdout.write(f"A candidate came with this release: {newer}; see the Models page")
        password = bootstrap.ensure_admin(password=settings.ADMIN_PASSWORD)
        if password:
            # What was given is known where it came from, and this output may end in a log for good.
            shown = "as given" if settings.ADMIN_PASSWORD else f"{password} (shown only once)"
            self.stdout.write(f"First admin: user admin, password {shown}")
