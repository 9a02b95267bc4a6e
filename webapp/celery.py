"""The Celery app. `celery -A webapp worker` finds it here; tasks live in tagger."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

app = Celery("tonemark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
