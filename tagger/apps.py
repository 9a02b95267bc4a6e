from __future__ import annotations

from django.apps import AppConfig


class TaggerConfig(AppConfig):
    name = "tagger"
    verbose_name = "Tonemark"

    def ready(self) -> None:
        # Each registers what it has to say when it is imported.
        from tagger.feedback import disputes  # noqa: F401
        from tagger.jobs import worker_signals  # noqa: F401
        from tagger.libraries import personal  # noqa: F401
        from tagger.operations import checks  # noqa: F401
        from tagger.platform.celery import request_id, shutdown  # noqa: F401
        from tagger.platform.http.file_names import keep_file_names

        keep_file_names()
