from __future__ import annotations

from django.apps import AppConfig


class TaggerConfig(AppConfig):
    name = "tagger"
    verbose_name = "Tonemark"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the system checks
