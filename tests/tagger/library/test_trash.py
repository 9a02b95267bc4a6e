from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.library import trash
from tagger.library.facets import facet_groups, library_counts
from tagger.library.search import library
from tagger.library.search import trash as trash_of
from tagger.library.similar import similar_tracks
from tagger.models import Job, Track, User
from tagger.tasks import purge_trash
from tests.web import rows


def expire(track: Track) -> None:
    moment = timezone.now() - trash.RETENTION - timedelta(minutes=1)
    Track.objects.filter(pk=track.pk).update(deleted_at=moment)


def test_a_deleted_track_is_in_the_trash_alone(owner: User, song: Track) -> None:
    other = rows.analysed(rows.track(owner), guitar=0.9)
    assert trash.delete_track(song)
    assert list(trash_of(owner.personal_library)) == [song]
    assert list(library(owner.personal_library)) == [other]
    counts = [
        facet.count
        for group in facet_groups(library_counts(owner.personal_library))
        for facet in group.facets
    ]
    assert counts == [1]
    similar = similar_tracks([other], library(owner.personal_library), most=5)
    assert similar is not None
    assert similar.nearest == []


def test_a_track_is_deleted_once(song: Track) -> None:
    first = timezone.now() - timedelta(days=3)
    assert trash.delete_track(song, at=first)
    assert not trash.delete_track(song)
    song.refresh_from_db()
    assert song.deleted_at == first


def test_a_restored_track_has_its_tags_again(owner: User, song: Track) -> None:
    trash.delete_track(song)
    assert trash.restore_track(song, trigger=Job.Trigger.WEB)
    assert not trash.restore_track(song, trigger=Job.Trigger.WEB)
    assert list(library(owner.personal_library)) == [song]
    assert song.track_tags.count() == 2
    assert not song.jobs.exists()


def test_deleting_stops_the_work_and_restoring_begins_it_again(owner: User) -> None:
    made = rows.track(owner)
    job = lifecycle.create_job(Job.Kind.TAG_TRACK, owner=owner, trigger=Job.Trigger.WEB, track=made)
    trash.delete_track(made)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    trash.restore_track(made, trigger=Job.Trigger.WEB)
    made.refresh_from_db()
    assert made.state == Track.State.PENDING
    assert made.jobs.get(state=Job.State.QUEUED) != job


def test_a_worker_that_has_not_noticed_goes_on_after_a_restore(owner: User) -> None:
    made = rows.track(owner)
    job = rows.job(made, Job.State.RUNNING, attempts=1)
    trash.delete_track(made)
    job.refresh_from_db()
    assert job.cancel_requested
    trash.restore_track(made, trigger=Job.Trigger.WEB)
    assert lifecycle.report(job, stage="tagging", done=1, total=2, unit="seconds")


def test_a_failed_job_of_a_deleted_track_is_not_retried(song: Track) -> None:
    failed = rows.job(song, Job.State.FAILED)
    trash.delete_track(song)
    with pytest.raises(lifecycle.JobStateError, match="Restore the track first"):
        lifecycle.retry(failed, trigger=Job.Trigger.WEB)


def test_only_what_lies_in_the_trash_can_go_for_good(
    song: Track, django_capture_on_commit_callbacks: Any
) -> None:
    rows.job(song, Job.State.SUCCEEDED)
    storage, name = song.file.storage, str(song.file.name)
    assert not trash.purge_track(song)
    trash.delete_track(song)
    with django_capture_on_commit_callbacks(execute=True):
        assert trash.purge_track(song)
    assert not trash.purge_track(song)
    assert not Track.objects.exists()
    assert not Job.objects.exists()
    assert not storage.exists(name)


def test_after_its_time_a_track_goes_for_good(
    owner: User, song: Track, django_capture_on_commit_callbacks: Any
) -> None:
    lately = rows.track(owner)
    for track in (song, lately):
        trash.delete_track(track)
    expire(song)
    with django_capture_on_commit_callbacks(execute=True):
        purge_trash()
    assert list(Track.objects.all()) == [lately]
    assert not song.file.storage.exists(str(song.file.name))
    assert lately.file.storage.exists(str(lately.file.name))


def test_it_goes_in_steps(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "STEP", 2)
    for _ in range(3):
        expire(rows.track(owner))
    assert trash.purge_expired() == 2
    assert trash.purge_expired() == 1
    assert trash.purge_expired() == 0


def test_a_track_that_has_gone_cannot_be_restored(song: Track) -> None:
    trash.delete_track(song)
    trash.purge_track(song)
    with pytest.raises(Track.DoesNotExist):
        trash.restore_track(song, trigger=Job.Trigger.WEB)
