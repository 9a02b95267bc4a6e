"""Celery on Valkey or Redis. The Job table is the truth; a message carries a job's id only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from webapp.embedded.locations import Locations

from . import environment
from .paths import DATA_DIR

__all__ = [
    "CELERY_ACCEPT_CONTENT",
    "CELERY_BEAT_SCHEDULE",
    "CELERY_BEAT_SCHEDULER",
    "CELERY_BROKER_CONNECTION_MAX_RETRIES",
    "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP",
    "CELERY_BROKER_TRANSPORT_OPTIONS",
    "CELERY_BROKER_URL",
    "CELERY_TASK_ACKS_LATE",
    "CELERY_TASK_CREATE_MISSING_QUEUES",
    "CELERY_TASK_DEFAULT_QUEUE",
    "CELERY_TASK_IGNORE_RESULT",
    "CELERY_TASK_PUBLISH_RETRY_POLICY",
    "CELERY_TASK_REJECT_ON_WORKER_LOST",
    "CELERY_TASK_ROUTES",
    "CELERY_TASK_SERIALIZER",
    "CELERY_TIMEZONE",
    "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS",
    "CELERY_WORKER_HIJACK_ROOT_LOGGER",
    "CELERY_WORKER_PREFETCH_MULTIPLIER",
    "CELERY_WORKER_SEND_TASK_EVENTS",
]


def _broker() -> str:
    address = environment.text("BROKER_URL", Locations(DATA_DIR).broker_url)
    password = environment.secret("BROKER_PASSWORD")
    if not password:
        return address
    parts = urlsplit(address)
    if "@" in parts.netloc:
        raise ImproperlyConfigured(
            "TONEMARK_BROKER_URL holds a password, and so does TONEMARK_BROKER_PASSWORD. Keep one."
        )
    return parts._replace(netloc=f":{quote(password, safe='')}@{parts.netloc}").geturl()


CELERY_BROKER_URL = _broker()
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than any job: a message that comes twice is harmless, but wastes a claim.
    "visibility_timeout": 12 * 60 * 60,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Queues are served in the order the worker names them: uploads before bulk work.
    "queue_order_strategy": "priority",
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# An upload does not wait for a broker that is away: the reaper sends the job later.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ROUTES = {
    "tagger.tasks.reap_jobs": {"queue": "maintenance"},
    "tagger.tasks.sweep_uploads": {"queue": "maintenance"},
    "tagger.tasks.train_when_due": {"queue": "maintenance"},
    "tagger.tasks.purge_trash": {"queue": "maintenance"},
    "tagger.tasks.fold_tag_counts": {"queue": "maintenance"},
    "tagger.tasks.place_on_maps": {"queue": "maintenance"},
    "tagger.tasks.look_for_music": {"queue": "maintenance"},
    "tagger.tasks.ask_questions": {"queue": "maintenance"},
    "tagger.tasks.deliver_webhooks": {"queue": "maintenance"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# One that was not fetched before the next is due is not worth running any more.
CELERY_BEAT_SCHEDULE = {
    task.replace("_", "-"): {
        "task": f"tagger.tasks.{task}",
        "schedule": every,
        "options": {"queue": "maintenance", "expires": int(every.total_seconds())},
    }
    for task, every in {
        "reap_jobs": timedelta(seconds=10),
        "sweep_uploads": timedelta(hours=1),
        "place_on_maps": timedelta(minutes=1),
        "fold_tag_counts": timedelta(minutes=1),
        "purge_trash": timedelta(minutes=10),
        "drop_old_analyses": timedelta(minutes=10),
        "look_for_music": timedelta(seconds=30),
        "ask_questions": timedelta(seconds=30),
        "deliver_webhooks": timedelta(seconds=10),
    }.items()
}
