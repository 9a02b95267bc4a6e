from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tagger.feedback.verdicts import accept_shown
from tagger.jobs import lifecycle
from tagger.libraries.manage import make_library
from tagger.library import bulk
from tagger.library.bulk import BulkError, BulkRequest, preview, start
from tagger.library.bulk_actions import BulkAction
from tagger.library.search import library, trash
from tagger.library.trash import delete_track, purge_track
from tagger.models import Job, Tag, Track, User
from tagger.tasks import run_job
from tests.web import rows

Shelf = list[Track]


@pytest.fixture
def shelf(owner: User) -> Shelf:
    return [rows.analysed(rows.track(owner, f"Song {n}"), guitar=0.9) for n in range(3)]


@pytest.fixture
def by_worker(monkeypatch: pytest.MonkeyPatch, sent: list[str]) -> Callable[[], Job]:
    """Nothing is done at once: what is asked for becomes a job, which this works off."""
    monkeypatch.setattr(bulk, "AT_ONCE", 0)

    def work() -> Job:
        job = Job.objects.filter(kind=Job.Kind.BULK).latest("created_at")
        run_job(str(job.pk))
        job.refresh_from_db()
        return job

    return work


def named(*tracks: Any) -> str:
    return urlencode({"id": ",".join(str(getattr(track, "pk", track)) for track in tracks)})


def do(owner: User, action: BulkAction, query: str = "", **more: str) -> Job:
    return start(
        owner, owner.personal_library, BulkRequest(action, query, **more), trigger=Job.Trigger.WEB
    )


def tags_of(track: Track) -> dict[str, str]:
    return dict(track.track_tags.values_list("tag__slug", "source"))


def test_a_tag_is_accepted_on_the_tracks_named(owner: User, shelf: Shelf) -> None:
    job = do(owner, BulkAction.ACCEPT, named(*shelf[:2]), tag="piano")
    assert job.state == Job.State.SUCCEEDED
    assert (job.result["changed"], job.result["total"]) == (2, 2)
    assert [tags_of(track).get("piano") for track in shelf] == ["person", "person", None]


def test_a_tag_is_rejected_on_all_that_fit_a_query(owner: User, shelf: Shelf) -> None:
    """Rejecting takes them out of the very query that found them."""
    piano = rows.analysed(rows.track(owner), piano=0.9)
    job = do(owner, BulkAction.REJECT, "tag=guitar", tag="guitar")
    assert job.result["changed"] == 3
    assert not library(owner.personal_library).filter(track_tags__tag__slug="guitar").exists()
    assert not piano.verdicts.exists()


def test_what_is_so_already_is_counted_and_left_alone(owner: User, shelf: Shelf) -> None:
    guitar = Tag.objects.get(slug="guitar")
    accept_shown(owner, shelf[0], guitar)
    asked = BulkRequest(BulkAction.ACCEPT, tag="guitar")
    assert preview(owner, owner.personal_library, asked) == bulk.Preview(
        matched=3, unchanged=1, missing=0
    )
    job = do(owner, BulkAction.ACCEPT, tag="guitar")
    assert (job.result["changed"], job.result["unchanged"]) == (2, 1)
    assert shelf[0].verdicts.count() == 1


def test_a_dry_run_changes_nothing(owner: User, shelf: Shelf) -> None:
    archive = str(make_library(owner, "Archive").pk)
    for action in set(BulkAction) - {BulkAction.UNDO}:
        asked = BulkRequest(action, tag="guitar", code_page="cp1251", target=archive)
        preview(owner, owner.personal_library, asked)
    assert library(owner.personal_library).count() == 3
    assert not Job.objects.exists()


def test_tracks_of_others_and_unknown_ones_are_failures(
    owner: User, outsider: User, shelf: Shelf
) -> None:
    theirs = rows.track(outsider, "Secret")
    query = named(shelf[0], theirs, uuid4())
    assert (
        preview(owner, owner.personal_library, BulkRequest(BulkAction.DELETE, query)).missing == 2
    )
    job = do(owner, BulkAction.DELETE, query)
    assert (job.result["changed"], job.result["failed"]) == (1, 2)
    assert {failure["reason"] for failure in job.result["failures"]} == {
        "It is not in your library."
    }
    assert "Secret" not in str(job.result)
    theirs.refresh_from_db()
    assert theirs.deleted_at is None


def test_a_deletion_is_undone_as_a_whole_and_nothing_else(owner: User, shelf: Shelf) -> None:
    delete_track(shelf[2])
    deletion = do(owner, BulkAction.DELETE)
    assert not library(owner.personal_library).exists()
    undone = do(owner, BulkAction.RESTORE, deletion=str(deletion.pk))
    assert undone.result["changed"] == 2
    assert set(library(owner.personal_library)) == set(shelf[:2])
    assert list(trash(owner.personal_library)) == [shelf[2]]


def test_somebody_elses_deletion_cannot_be_undone(
    owner: User, outsider: User, shelf: Shelf
) -> None:
    deletion = do(owner, BulkAction.DELETE)
    with pytest.raises(BulkError):
        do(outsider, BulkAction.RESTORE, deletion=str(deletion.pk))


def test_the_trash_is_emptied(owner: User, shelf: Shelf) -> None:
    delete_track(shelf[0])
    assert do(owner, BulkAction.PURGE).result["changed"] == 1
    assert set(Track.objects.all()) == set(shelf[1:])


def test_analysing_again_waits_behind_uploads(owner: User, shelf: Shelf) -> None:
    waiting = lifecycle.create_job(
        Job.Kind.TAG_TRACK, owner=owner, trigger=Job.Trigger.WEB, track=shelf[0]
    )
    shelf[1].file.delete(save=False)
    job = do(owner, BulkAction.REANALYSE)
    assert (job.result["changed"], job.result["unchanged"], job.result["failed"]) == (1, 1, 1)
    assert job.result["failures"][0]["title"] == "Song 1"
    assert "missing" in job.result["failures"][0]["reason"]
    made = Job.objects.filter(kind=Job.Kind.TAG_TRACK).exclude(pk=waiting.pk).get()
    assert (made.track, made.queue) == (shelf[2], "bulk")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (BulkRequest(BulkAction.ACCEPT, tag="kazoo"), "unknown-tag"),
        (BulkRequest(BulkAction.ACCEPT), "unknown-tag"),
        (BulkRequest(BulkAction.DELETE, "tag_min=7"), "invalid"),
        (BulkRequest(BulkAction.DELETE, "id=7"), "invalid"),
        (BulkRequest(BulkAction.DELETE, "q=nowhere"), "nothing-selected"),
        (BulkRequest(BulkAction.DELETE, "id="), "nothing-selected"),
        (BulkRequest(BulkAction.DELETE, "id=,"), "nothing-selected"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    asked: BulkRequest, code: str, owner: User, shelf: Shelf
) -> None:
    with pytest.raises(BulkError) as refused:
        start(owner, owner.personal_library, asked, trigger=Job.Trigger.WEB)
    assert refused.value.code == code
    assert not Job.objects.exists()


def test_many_tracks_are_a_workers(owner: User, shelf: Shelf, by_worker: Any) -> None:
    job = do(owner, BulkAction.DELETE)
    assert (job.state, job.queue) == (Job.State.QUEUED, "maintenance")
    assert library(owner.personal_library).count() == 3
    job = by_worker()
    assert (job.state, job.done, job.result["changed"]) == (Job.State.SUCCEEDED, 3, 3)
    assert not library(owner.personal_library).exists()


def test_tracks_that_come_later_are_not_meant(owner: User, shelf: Shelf, by_worker: Any) -> None:
    do(owner, BulkAction.DELETE)
    later = rows.track(owner)
    by_worker()
    assert list(library(owner.personal_library)) == [later]


def test_a_cancelled_job_keeps_what_it_has_done(
    owner: User, shelf: Shelf, by_worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = do(owner, BulkAction.DELETE)

    def cancelled_meanwhile(track: Track, **how: Any) -> bool:
        lifecycle.cancel(job)
        return delete_track(track, **how)

    monkeypatch.setattr("tagger.library.bulk_actions.delete_track", cancelled_meanwhile)
    job = by_worker()
    assert job.state == Job.State.CANCELLED
    assert job.result["changed"] == 1
    assert library(owner.personal_library).count() == 2


def test_another_attempt_goes_on_where_the_first_died(
    owner: User, shelf: Shelf, by_worker: Any
) -> None:
    job = do(owner, BulkAction.ACCEPT, tag="piano")
    first = library(owner.personal_library).order_by("pk")[0]
    result = {"total": 3, "changed": 1, "after": str(first.pk)}
    Job.objects.filter(pk=job.pk).update(result=result)
    job = by_worker()
    assert (job.result["changed"], job.done) == (3, 3)
    assert not first.verdicts.exists()


def test_a_track_that_goes_meanwhile_is_a_failure(
    owner: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(person: User, track: Track, tag: Tag, *how: Any) -> None:
        delete_track(track)
        purge_track(track)
        accept_shown(person, track, tag)

    monkeypatch.setattr("tagger.library.bulk_actions.accept_shown", gone)
    job = do(owner, BulkAction.ACCEPT, named(shelf[0]), tag="piano")
    assert job.result["failures"][0]["reason"] == "It has been deleted meanwhile."


def test_a_tag_that_goes_meanwhile_fails_the_job(owner: User, shelf: Shelf, by_worker: Any) -> None:
    Tag.objects.create(name="kazoo", slug="kazoo")
    do(owner, BulkAction.ACCEPT, tag="kazoo")
    Tag.objects.filter(slug="kazoo").delete()
    job = by_worker()
    assert (job.state, job.error_code) == (Job.State.FAILED, "unknown-tag")


def test_a_stopped_job_can_be_gone_on_with(owner: User, shelf: Shelf, by_worker: Any) -> None:
    job = lifecycle.cancel(do(owner, BulkAction.DELETE))
    lifecycle.retry(job, trigger=Job.Trigger.WEB)
    assert by_worker().result["changed"] == 3


def test_only_failures_nobody_has_retried_are_tried_again(owner: User) -> None:
    from tagger.jobs.queries import jobs_in, retriable

    broken, mended = rows.track(owner, state=Track.State.FAILED), rows.track(owner)
    for track in (broken, mended):
        rows.job(track, Job.State.FAILED)
    rows.job(mended, Job.State.SUCCEEDED)
    assert (
        lifecycle.retry_all(
            retriable(jobs_in(owner.personal_library, owner)), trigger=Job.Trigger.WEB
        )
        == 1
    )
    assert broken.jobs.filter(state=Job.State.QUEUED).exists()
    assert (
        lifecycle.retry_all(
            retriable(jobs_in(owner.personal_library, owner)), trigger=Job.Trigger.WEB
        )
        == 0
    )
