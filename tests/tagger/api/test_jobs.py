from __future__ import annotations

from typing import Any

from django.test import Client

from tagger.models import Job, Track, User
from tests.web import rows

JOBS = "/api/v1/jobs/"


def test_jobs_are_listed_and_narrowed(
    api: Client, owner: User, song: Track, django_assert_max_num_queries: Any
) -> None:
    done = rows.job(song, Job.State.SUCCEEDED)
    failed = rows.job(
        rows.track(owner), Job.State.FAILED, error_code="damaged", error_detail="It is damaged."
    )
    with django_assert_max_num_queries(4):
        listed = api.get(JOBS).json()["results"]
    assert [job["id"] for job in listed] == [str(failed.pk), str(done.pk)]
    assert listed[0]["error"] == {"code": "damaged", "detail": "It is damaged."}
    assert listed[1]["error"] is None
    for query in ({"state": "failed"}, {"track": str(failed.track_id)}):
        assert [job["id"] for job in api.get(JOBS, query).json()["results"]] == [str(failed.pk)]
    both = api.get(JOBS, {"state": ["failed", "succeeded"]}).json()["results"]
    assert len(both) == 2


def test_a_running_job_tells_how_far_it_is(api: Client, song: Track) -> None:
    job = rows.job(song, Job.State.RUNNING, stage="tagging", done=3.0, total=9.0, unit="seconds")
    assert api.get(f"{JOBS}{job.pk}/").json()["progress"] == {
        "stage": "tagging",
        "done": 3.0,
        "total": 9.0,
        "unit": "seconds",
    }


def test_a_queued_job_is_cancelled_at_once(api: Client, owner: User) -> None:
    job = rows.job(rows.track(owner), Job.State.QUEUED)
    response = api.post(f"{JOBS}{job.pk}/cancel/")
    assert (response.status_code, response.json()["state"]) == (200, "cancelled")


def test_a_running_job_is_asked_to_stop(api: Client, song: Track) -> None:
    job = rows.job(song, Job.State.RUNNING)
    response = api.post(f"{JOBS}{job.pk}/cancel/")
    assert response.status_code == 202
    assert response["Location"].endswith(f"{JOBS}{job.pk}/")
    assert response.json()["cancel_requested"] is True


def test_a_failed_job_is_tried_again(api: Client, owner: User) -> None:
    job = rows.job(rows.track(owner), Job.State.FAILED)
    response = api.post(f"{JOBS}{job.pk}/retry/")
    assert response.status_code == 202
    assert response.json()["id"] != str(job.pk)


def test_a_job_that_succeeded_cannot_be_tried_again(api: Client, song: Track) -> None:
    job = rows.job(song, Job.State.SUCCEEDED)
    response = api.post(f"{JOBS}{job.pk}/retry/")
    assert response.status_code == 409
    assert response.json()["type"] == "/api/v1/problems/job-state/"
