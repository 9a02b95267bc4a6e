"""The Django project: settings, addresses and the Celery app. No domain code."""

from __future__ import annotations

from .celery import app as celery_app

# Django imports this package first: from then on tasks are sent through our Celery app.
__all__ = ["celery_app"]
