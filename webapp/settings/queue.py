"""Celery on Valkey or Redis. The Job table is the truth; a message carries a job's id only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tagger.platform.celery.queues import Queue
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
    address = environment.address(
        "BROKER_URL",
        environment.text("BROKER_URL", Locations(DATA_DIR).broker_url),
        ("redis", "rediss", "redis+socket"),
        "redis://broker.example.org:6379/0",
    )
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
    # Seconds between two looks for messages of dead workers, at every one of them (1): each costs
    # the broker a scan, and the reaper sends lost jobs again after half a minute anyway.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Queues are served in the order the worker names them: uploads before bulk work.
    "queue_order_strategy": "priority",
    # An upload waits for it: a broker on the same network answers in milliseconds or not at all.
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # Below the half minute after which many firewalls forget an idle connection.
    "health_check_interval": 25,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For ever: a broker may be away for a night, and nobody starts the workers again by hand.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# An upload does not wait for a broker that is away: the reaper sends the job later. One retry
# replaces a connection that had gone stale.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A message is acknowledged when its job has ended: one of a killed worker is delivered again.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = Queue.MAINTENANCE.value
CELERY_TASK_CREATE_MISSING_QUEUES = True
PERIODIC = {
    # A third of a lease, so that the job of a dead worker waits for 40 seconds at most.
    "reap_jobs": timedelta(seconds=10),
    # What it deletes is six hours old at least.
    "sweep_uploads": timedelta(hours=1),
    # A new track may be missing on the map for as long as a look at it takes.
    "place_on_maps": timedelta(minutes=1),
    # Rows that are not folded yet are summed by each page: a minute of uploads is some hundred.
    "fold_tag_counts": timedelta(minutes=1),
    # Each deletes a part at a time, so that a large purge leaves room for other maintenance.
    "purge_trash": timedelta(minutes=10),
    "drop_old_analyses": timedelta(minutes=10),
    # These catch up on what was there before an upgrade, and find nothing to do afterwards.
    "look_for_music": timedelta(seconds=30),
    "keep_activations": timedelta(seconds=30),
    "ask_questions": timedelta(seconds=30),
    "read_albums": timedelta(minutes=1),
    "scan_folders": timedelta(minutes=1),
    # A person changes several tags of a track in a row.
    "write_folders": timedelta(minutes=10),
    # As many tracks wait as the network hears in this time.
    "hear_found_tracks": timedelta(seconds=10),
    # What it deletes is six hours old at least.
    "purge_covers": timedelta(hours=1),
    # An event is also sent at once; this sends what failed, of which the first wait is ten seconds.
    "deliver_webhooks": timedelta(seconds=10),
}
# How often trainings may begin by themselves stands in the database, where staff change it.
CELERY_TASK_ROUTES = {
    f"tagger.tasks.{task}": {"queue": Queue.MAINTENANCE.value}
    for task in (*PERIODIC, "train_when_due")
}
# One message at a time: a second one would wait behind a long job, beside idle workers.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "tagger.platform.celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    task.replace("_", "-"): {
        "task": f"tagger.tasks.{task}",
        "schedule": every,
        # One that was not fetched before the next is due is not worth running any more.
        "options": {"queue": Queue.MAINTENANCE.value, "expires": int(every.total_seconds())},
    }
    for task, every in PERIODIC.items()
}
