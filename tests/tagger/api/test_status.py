from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tagger.jobs.workers import announce_life
from tagger.models import Job, Track, User
from tagger.operations.software_versions import tonemark_version
from tests.tagger.conftest import token_client
from tests.web import rows

from .test_errors import problem

STATUS, RETRY = "/api/v1/status/", "/api/v1/status/jobs/retry/"


@pytest.fixture
def staff(db: None) -> Client:
    return token_client(rows.person("operator", is_staff=True))


def failure(owner: User) -> Job:
    broken = rows.track(owner, state=Track.State.FAILED)
    return rows.job(broken, Job.State.FAILED, error_code="damaged", error_detail="Damaged.")


def test_it_says_what_the_status_page_shows(staff: Client, owner: User) -> None:
    model = rows.active_model()
    rows.job(rows.track(owner), Job.State.QUEUED)
    broken = failure(owner)
    announce_life("inference@studio", ["inference", "bulk"])
    body = staff.get(STATUS).json()
    queue = body["queues"][0]
    assert (queue["name"], queue["queued"], queue["running"]) == ("inference", 1, 0)
    worker = body["workers"][0]
    assert (worker["name"], worker["queues"]) == ("inference@studio", ["bulk", "inference"])
    assert (body["model"], body["broker_reachable"]) == (model.name, True)
    assert 0 < body["disk"]["free"] <= body["disk"]["total"]
    assert [(job["id"], job["owner"]) for job in body["failed"]] == [(str(broken.pk), "owner")]
    assert body["versions"]["Tonemark"] == tonemark_version()
    assert body["versions"]["Django"].startswith("5.2")


def test_without_a_model_it_says_so(staff: Client) -> None:
    assert staff.get(STATUS).json()["model"] is None


def test_it_asks_as_much_of_the_database_for_many_failures_as_for_one(
    staff: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        failure(owner)
    with django_assert_max_num_queries(8):
        assert len(staff.get(STATUS).json()["failed"]) == 5


def test_it_is_for_staff(api: Client) -> None:
    problem(api.get(STATUS), 403, "forbidden")
    problem(api.post(RETRY), 403, "forbidden")


def test_staff_retry_what_failed_for_anybody(
    staff: Client, owner: User, outsider: User, sent: list[str]
) -> None:
    for person in (owner, owner, outsider):
        failure(person)
    response = staff.post(RETRY)
    assert (response.status_code, response.json()) == (202, {"retried": 3})
    assert staff.post(RETRY).json() == {"retried": 0}


def test_staff_retry_one_job_for_its_owner(staff: Client, owner: User, sent: list[str]) -> None:
    failed = failure(owner)
    address = f"/api/v1/status/jobs/{failed.pk}/retry/"
    response = staff.post(address)
    assert response.status_code == 202
    again = Job.objects.get(pk=response.json()["id"])
    assert (again.owner, again.track, again.trigger) == (owner, failed.track, "api")
    Job.objects.filter(pk=failed.pk).update(state=Job.State.SUCCEEDED)
    problem(staff.post(address), 409, "job-state")


def test_a_person_retries_their_own_failures_at_once(
    api: Client, owner: User, outsider: User, sent: list[str]
) -> None:
    mine, theirs = failure(owner), failure(outsider)
    assert api.post("/api/v1/jobs/retry/").json() == {"retried": 1}
    assert mine.track
    assert theirs.track
    assert (mine.track.jobs.count(), theirs.track.jobs.count()) == (2, 1)
