"""The Celery app. `celery -A webapp worker` finds it here; tasks live in tagger."""

from __future__ import annotations

import logging
import os
from logging.config import dictConfig

from celery import Celery
from celery.signals import celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
# `manage.py bootstrap` has checked all before anything starts. Each worker and beat would do it
# again, and load every page and the whole API for it: 29 MB and a second, in every one of them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("tonemark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@setup_logging.connect
def log_as_everywhere(**_: object) -> None:
    """Else Celery brings levels and formats of its own; and first it warns, in plain text."""
    from django.conf import settings

    dictConfig(settings.LOGGING)
    logging.captureWarnings(True)
