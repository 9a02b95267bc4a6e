"""Celery's entry points: load by id, call an action."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils.module_loading import import_string

from tagger.accounts import idempotency
from tagger.albums import covers
from tagger.albums.read import catch_up_on_albums
from tagger.analysis import reanalysis
from tagger.analysis.fill_activations import fill_activations
from tagger.analysis.tempo_key import catch_up_on_music
from tagger.feedback.question_queue import ask_waiting
from tagger.folders import watch
from tagger.folders.hearing import hear_found
from tagger.folders.manage import scan_due
from tagger.folders.write_back import write_due
from tagger.jobs import lifecycle, reaper
from tagger.jobs.attempt import to_its_end
from tagger.jobs.kinds import KINDS
from tagger.library import trash
from tagger.library.map import place_new_tracks
from tagger.models import Job
from tagger.operations import repair
from tagger.platform.celery.queues import Queue
from tagger.registry import retention
from tagger.tags import counts
from tagger.training.schedule import train_when_due as start_when_due
from tagger.uploads import resumable
from tagger.webhooks import delivery

logger = logging.getLogger(__name__)

# Found at the start of a worker, not at its first job.
WORK: dict[str, Callable[[Job], None]] = {
    kind: import_string(row.run) for kind, row in KINDS.items()
}


@worker_ready.connect
def watch_folders(sender: Any, **_: Any) -> None:
    """Where scans are done, folders are watched too."""
    if settings.FOLDERS and Queue.FOLDERS in sender.app.amqp.queues.consume_from:
        watch.begin_in_worker()


@shared_task
def run_job(job_id: str) -> None:
    job = lifecycle.claim(job_id)
    if job is None:
        logger.info("this job is taken, ended or gone")
        return
    logger.info("%s begins, attempt %d", job.kind, job.attempts)
    with reanalysis.advancing_parent(job), to_its_end(job):
        WORK[job.kind](job)
    logger.info("%s has ended", job.kind)


@shared_task
def look_for_music() -> None:
    """Tempo and key of tracks that were there before their analysis was, a few at a time."""
    catch_up_on_music()


@shared_task
def keep_activations() -> None:
    """What the network makes of tracks that were heard before it was kept, a few at a time."""
    fill_activations()


@shared_task
def read_albums() -> None:
    """Album, numbers, year and cover of tracks that were there before these were kept."""
    catch_up_on_albums()


@shared_task
def ask_questions() -> None:
    """The review questions of a library that was analysed before there were any."""
    asked = ask_waiting()
    if asked:
        logger.info("%d tracks have been looked through for review questions", asked)


@shared_task
def reap_jobs() -> None:
    idempotency.forget_old()
    delivery.forget_old()
    resumable.forget_expired()
    reaped = reaper.reap()
    reanalysis.advance_all()
    if reaped.resent or reaped.failed:
        logger.warning("reaped: %d sent again, %d given up", reaped.resent, reaped.failed)


@shared_task
def sweep_uploads() -> None:
    swept = repair.sweep()
    if swept:
        logger.warning("%d files of uploads that were broken off are deleted", swept)


@shared_task
def scan_folders() -> None:
    started = scan_due()
    if started:
        logger.info("%d folders are scanned by schedule", started)


@shared_task
def write_folders() -> None:
    """Tags that have changed, into the folders that are always kept up to date."""
    write_due()


@shared_task
def hear_found_tracks() -> None:
    hear_found()


@shared_task
def purge_covers() -> None:
    purged = covers.purge_unused()
    if purged:
        logger.info("%d covers that no track has any more are gone", purged)


@shared_task
def purge_trash() -> None:
    purged = trash.purge_expired()
    if purged:
        logger.info("%d tracks had been in the Trash for their time and are gone", purged)


@shared_task
def deliver_webhooks() -> None:
    made = delivery.deliver_due()
    if made:
        logger.info("webhooks: %d calls made", made)


@shared_task
def train_when_due() -> None:
    start_when_due()


@shared_task
def place_on_maps() -> None:
    placed = place_new_tracks()
    if placed:
        logger.info("%d new tracks have their places on maps", placed)


@shared_task
def fold_tag_counts() -> None:
    counts.fold_counts()


@shared_task
def drop_old_analyses() -> None:
    dropped = retention.drop_old_analyses()
    if dropped:
        logger.info("%d analyses of models nobody goes back to are dropped", dropped)
