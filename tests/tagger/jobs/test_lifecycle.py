from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from tagger.jobs import lifecycle
from tagger.jobs.kinds import MAX_ATTEMPTS, MAX_HEAVY_ATTEMPTS
from tagger.jobs.reaper import GRACE, Reaped, reap
from tagger.library.tracks import reanalyse_track
from tagger.models import Job, Track, User
from tests.web import rows

LONG_AGO = timedelta(minutes=10)


@pytest.fixture
def job(owner: User) -> Job:
    return rows.job(rows.track(owner), Job.State.QUEUED)


def running(job: Job, **values: Any) -> Job:
    """Claimed by a worker that has not been heard of since."""
    ago = timezone.now() - LONG_AGO
    Job.objects.filter(pk=job.pk).update(
        **{"state": "running", "attempts": 1, "lease_until": ago, "dispatched_at": ago} | values
    )
    job.refresh_from_db()
    return job


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_a_job_is_claimed_with_a_lease(job: Job) -> None:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    assert (claimed.state, claimed.attempts) == (Job.State.RUNNING, 1)
    assert claimed.lease_until is not None
    assert claimed.lease_until > timezone.now()


def test_a_claimed_job_cannot_be_claimed_again(job: Job) -> None:
    assert lifecycle.claim(str(job.pk))
    assert lifecycle.claim(str(job.pk)) is None


def test_a_job_that_is_gone_is_no_error(job: Job) -> None:
    job.delete()
    assert lifecycle.claim("6f1c9f6e-0b8d-4f6f-9a1d-2c3b4a5f6e7d") is None


@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_workers_gets_a_job(job: Job) -> None:
    start, won = threading.Barrier(6), []

    def work() -> None:
        start.wait()
        try:
            won.append(lifecycle.claim(str(job.pk)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 6
    assert len([claimed for claimed in won if claimed]) == 1


def test_an_expired_lease_frees_the_job_for_another_worker(job: Job) -> None:
    claimed = lifecycle.claim(str(running(job).pk))
    assert claimed is not None
    assert claimed.attempts == 2


def test_a_worker_that_lost_its_lease_can_neither_report_nor_end_the_job(job: Job) -> None:
    slow = lifecycle.claim(str(job.pk))
    assert slow is not None
    running(job)
    quick = lifecycle.claim(str(job.pk))
    assert quick is not None
    assert not lifecycle.report(slow, stage="tagging", done=1, total=2, unit="seconds")
    assert not lifecycle.succeed(slow)
    assert not lifecycle.fail(slow, code="x", detail="y")
    assert fresh(job).state == Job.State.RUNNING
    assert lifecycle.succeed(quick)


def test_a_job_of_unknown_length_can_succeed(job: Job) -> None:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    lifecycle.report(claimed, stage="tagging", done=12.0, total=None, unit="seconds")
    assert lifecycle.succeed(claimed)
    assert (fresh(job).state, fresh(job).done) == (Job.State.SUCCEEDED, 12.0)


def test_a_report_renews_the_lease(job: Job) -> None:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(seconds=1))
    assert lifecycle.report(claimed, stage="decoding", done=1, total=9, unit="seconds")
    renewed = fresh(job).lease_until
    assert renewed is not None
    assert renewed > timezone.now() + lifecycle.LEASE / 2


def test_failing_marks_a_track_that_was_never_analysed(job: Job) -> None:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    assert claimed.track is not None
    assert lifecycle.fail(claimed, code="damaged", detail="The file is damaged.")
    assert Track.objects.get(pk=claimed.track.pk).state == Track.State.FAILED
    assert (fresh(job).error_code, fresh(job).error_detail) == ("damaged", "The file is damaged.")


def test_a_job_given_back_is_queued_for_another_attempt(job: Job, sent: list[str]) -> None:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    lifecycle.retry_later(claimed, code="decoder-lost", detail="The decoder was killed.")
    assert (fresh(job).state, fresh(job).lease_until) == (Job.State.QUEUED, None)
    assert sent == [str(job.pk)]
    assert lifecycle.claim(str(job.pk)) is not None


def test_a_job_given_back_for_the_last_time_fails_with_its_reason(
    job: Job, sent: list[str]
) -> None:
    Job.objects.filter(pk=job.pk).update(attempts=MAX_ATTEMPTS - 1)
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    lifecycle.retry_later(claimed, code="decoder-lost", detail="The decoder was killed.")
    assert (fresh(job).state, fresh(job).error_code) == (Job.State.FAILED, "decoder-lost")
    assert sent == []


def test_a_job_taken_over_is_not_given_back(job: Job, sent: list[str]) -> None:
    slow = lifecycle.claim(str(job.pk))
    assert slow is not None
    running(job)
    assert lifecycle.claim(str(job.pk)) is not None
    lifecycle.retry_later(slow, code="decoder-lost", detail="The decoder was killed.")
    assert fresh(job).state == Job.State.RUNNING
    assert sent == []


def test_failing_leaves_the_tags_of_a_track_analysed_before(song: Track) -> None:
    claimed = lifecycle.claim(str(rows.job(song, Job.State.QUEUED).pk))
    assert claimed is not None
    lifecycle.fail(claimed, code="internal", detail="Something.")
    song.refresh_from_db()
    assert song.state == Track.State.TAGGED
    assert song.track_tags.exists()


def test_a_queued_job_is_cancelled_at_once(job: Job) -> None:
    assert lifecycle.cancel(job).state == Job.State.CANCELLED
    assert lifecycle.claim(str(job.pk)) is None


def test_a_running_job_is_asked_to_stop(job: Job) -> None:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    assert lifecycle.cancel(job).state == Job.State.RUNNING
    assert not lifecycle.report(claimed, stage="tagging", done=1, total=2, unit="seconds")
    lifecycle.end_cancelled(claimed)
    assert fresh(job).state == Job.State.CANCELLED


def test_cancelling_an_ended_job_changes_nothing(song: Track) -> None:
    ended = rows.job(song, Job.State.SUCCEEDED)
    assert lifecycle.cancel(ended).state == Job.State.SUCCEEDED


def test_a_failed_job_is_retried_as_a_new_one(
    owner: User, sent: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    track = rows.track(owner, state=Track.State.FAILED)
    failed = rows.job(track, Job.State.FAILED)
    with django_capture_on_commit_callbacks(execute=True):
        again = lifecycle.retry(failed, trigger=Job.Trigger.API)
    assert again.pk != failed.pk
    assert sent == [str(again.pk)]
    track.refresh_from_db()
    assert track.state == Track.State.PENDING


def test_a_retry_while_another_job_is_open_answers_that_one(owner: User) -> None:
    track = rows.track(owner)
    failed, waiting = rows.job(track, Job.State.FAILED), rows.job(track, Job.State.QUEUED)
    assert lifecycle.retry(failed, trigger=Job.Trigger.API) == waiting


def test_only_failed_and_cancelled_jobs_can_be_retried(song: Track) -> None:
    with pytest.raises(lifecycle.JobStateError, match="succeeded"):
        lifecycle.retry(rows.job(song, Job.State.SUCCEEDED), trigger=Job.Trigger.WEB)


def test_analysing_again_twice_makes_one_job(song: Track) -> None:
    first = reanalyse_track(song, trigger=Job.Trigger.WEB)
    assert reanalyse_track(song, trigger=Job.Trigger.API) == first


def test_an_upload_is_accepted_while_the_broker_is_away_and_sent_later(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    from tagger.tasks import run_job

    sent: list[str] = []

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(run_job, "apply_async", away)
    track = rows.track(owner)
    with django_capture_on_commit_callbacks(execute=True):
        job = lifecycle.create_job(
            Job.Kind.TAG_TRACK, owner=owner, trigger=Job.Trigger.WEB, track=track
        )
    assert fresh(job).dispatched_at is None
    monkeypatch.setattr(run_job, "apply_async", lambda args, *_, **__: sent.append(args[0]))
    assert reap().resent == 0  # its first sending may still be on its way
    Job.objects.update(created_at=timezone.now() - 2 * GRACE)
    assert reap().resent == 1
    assert sent == [str(job.pk)]
    assert fresh(job).dispatched_at is not None


def test_a_job_whose_worker_died_is_sent_again(job: Job, sent: list[str]) -> None:
    running(job)
    assert reap().resent == 1
    assert sent == [str(job.pk)]
    assert reap().resent == 0  # one message is under way


def test_the_loss_of_a_worker_is_noticed_within_two_minutes(
    job: Job, sent: list[str], settings: Any
) -> None:
    lifecycle.claim(str(job.pk))
    between = settings.CELERY_BEAT_SCHEDULE["reap-jobs"]["schedule"]
    silent = timedelta(minutes=2) - between
    rows = Job.objects.filter(pk=job.pk)
    rows.update(lease_until=F("lease_until") - silent, dispatched_at=F("dispatched_at") - silent)
    assert reap().resent == 1


def test_a_job_whose_worker_is_alive_is_left_alone(job: Job, sent: list[str]) -> None:
    lifecycle.claim(str(job.pk))
    assert reap() == Reaped(resent=0, failed=0)
    assert sent == []


def test_a_job_outlives_more_deaths_than_bad_luck_brings(job: Job, sent: list[str]) -> None:
    running(job, attempts=MAX_ATTEMPTS - 1)
    assert reap() == Reaped(resent=1, failed=0)
    assert sent == [str(job.pk)]


def test_a_job_that_has_lost_its_last_worker_fails_with_a_reason(job: Job, sent: list[str]) -> None:
    running(job, attempts=MAX_ATTEMPTS)
    assert reap().failed == 1
    ended = fresh(job)
    assert (ended.state, ended.error_code) == (Job.State.FAILED, "worker-lost")
    assert f"{MAX_ATTEMPTS} times" in ended.error_detail
    assert ended.track is not None
    assert ended.track.state == Track.State.FAILED
    assert sent == []


@pytest.mark.parametrize("kind", [Job.Kind.TRAIN, Job.Kind.CHECK_MODEL, Job.Kind.EVALUATE])
def test_what_may_need_more_memory_than_there_is_is_given_up_sooner(
    job: Job, kind: Job.Kind
) -> None:
    running(job, kind=kind, attempts=MAX_HEAVY_ATTEMPTS)
    assert reap() == Reaped(resent=0, failed=1)
    assert "3 times" in fresh(job).error_detail


def test_what_the_broker_lost_is_sent_again(job: Job) -> None:
    """With the real broker: its queue is empty, so the message must have been lost."""
    queue = f"lost-{job.pk.hex[:12]}"
    Job.objects.filter(pk=job.pk).update(
        queue=queue, dispatched_at=timezone.now() - LONG_AGO, created_at=timezone.now() - LONG_AGO
    )
    assert reap().resent == 1
    with current_app.connection_for_read() as broker:
        message = broker.SimpleQueue(queue).get(block=False)
    assert str(job.pk) in str(message.payload)


def test_no_job_waits_until_a_clock_that_was_set_back_has_caught_up(
    owner: User, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    lost, queued = (rows.job(rows.track(owner), Job.State.QUEUED) for _ in range(2))
    running(lost, lease_until=tomorrow, dispatched_at=tomorrow)
    Job.objects.filter(pk=queued.pk).update(dispatched_at=tomorrow, queue=f"q-{queued.pk.hex[:12]}")
    assert reap() == Reaped(resent=2, failed=0)
    assert sorted(sent) == sorted([str(lost.pk), str(queued.pk)])
    taken = lifecycle.claim(str(lost.pk))
    assert taken is not None
    assert taken.attempts == 2
    assert lifecycle.claim(str(lost.pk)) is None


def test_what_waits_in_the_broker_is_not_sent_twice(job: Job) -> None:
    queue = f"waits-{job.pk.hex[:12]}"
    Job.objects.filter(pk=job.pk).update(queue=queue)
    lifecycle.dispatch(fresh(job))
    Job.objects.filter(pk=job.pk).update(dispatched_at=timezone.now() - LONG_AGO)
    assert reap().resent == 0


@pytest.mark.parametrize(
    ("state", "done", "total", "share"),
    [
        ("running", 5, 20, 0.25),
        ("running", 2999, 3000, 0.99),
        ("running", 20, 20, None),
        ("queued", 20, 20, None),
        ("running", 3, None, None),
        ("succeeded", 20, 20, 1.0),
    ],
)
def test_no_bar_stands_full_while_work_goes_on(
    state: str, done: float, total: float | None, share: float | None
) -> None:
    assert Job(state=state, done=done, total=total).fraction == share
