from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion, Training, User, Verdict
from tagger.training.manage import record_epoch
from tests.tagger.conftest import token_client
from tests.tagger.training.test_manage import report
from tests.tagger.training.training_rows import labelled, small_model
from tests.web import rows

TRAININGS = "/api/v1/trainings/"

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def boss(owner: User) -> User:
    return rows.person("boss", is_staff=True)


@pytest.fixture
def staff(boss: User) -> Client:
    return token_client(boss)


@pytest.fixture
def base(boss: User, tmp_path: Path) -> ModelVersion:
    version = small_model(tmp_path)
    for answer in Verdict.Answer:
        labelled(boss, "harp", answer, 12)
    return version


def test_one_is_started_followed_and_cancelled(staff: Client, base: ModelVersion) -> None:
    started = staff.post(TRAININGS, {"epochs": 3}, "application/json")
    body = started.json()
    assert started.status_code == 202
    assert started["Location"].endswith(f"/api/v1/jobs/{body['job']}/")
    assert (body["base"], body["epochs"], body["verdicts"]) == ("small", 3, True)
    training = Training.objects.get(pk=body["id"])
    record_epoch(training, report(1))
    address = f"{TRAININGS}{body['id']}/"
    shown = staff.get(address)
    assert shown["Retry-After"]
    assert [epoch["roc_auc"] for epoch in shown.json()["epochs_done"]] == [0.8]
    assert shown.json()["recipe"]["training"]["epochs"] == 3
    assert lifecycle.claim(body["job"])
    assert staff.post(f"{address}cancel/").status_code == 202
    assert Job.objects.get(pk=body["job"]).cancel_requested


def test_a_second_one_is_answered_with_the_first(staff: Client, base: ModelVersion) -> None:
    first = staff.post(TRAININGS, {}, "application/json").json()
    second = staff.post(TRAININGS, {}, "application/json")
    assert second.status_code == 409
    assert second.json()["type"] == "/api/v1/problems/training-runs/"
    assert second.json()["training"] == first["id"]
    assert staff.post(f"{TRAININGS}{first['id']}/cancel/").json()["state"] == "cancelled"
    assert staff.post(TRAININGS, {}, "application/json").status_code == 202


def test_a_lost_answer_is_given_again(staff: Client, base: ModelVersion) -> None:
    key = {"Idempotency-Key": "once"}
    answers = [staff.post(TRAININGS, {}, "application/json", headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("wish", "status", "problem"),
    [
        ({"verdicts": False}, 422, "training-refused"),
        ({"block": "se"}, 422, "training-refused"),
        ({"folder": "nowhere"}, 422, "training-refused"),
        ({"base": "nobody"}, 400, "invalid"),
        ({"epochs": 0}, 400, "invalid"),
        ({"device": "abacus"}, 400, "invalid"),
    ],
)
def test_what_cannot_be_started_is_refused(
    staff: Client, base: ModelVersion, wish: dict[str, Any], status: int, problem: str
) -> None:
    response = staff.post(TRAININGS, wish, "application/json")
    assert (response.status_code, response.json()["type"]) == (
        status,
        f"/api/v1/problems/{problem}/",
    )
    assert not Training.objects.exists()


def test_they_are_listed_by_state(
    staff: Client, base: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    first = staff.post(TRAININGS, {}, "application/json").json()
    staff.post(f"{TRAININGS}{first['id']}/cancel/")
    second = staff.post(TRAININGS, {}, "application/json").json()
    with django_assert_max_num_queries(3):
        listed = staff.get(TRAININGS).json()["results"]
    assert [row["id"] for row in listed] == [second["id"], first["id"]]
    queued = staff.get(TRAININGS, {"state": "queued"}).json()["results"]
    assert [row["id"] for row in queued] == [second["id"]]


def test_tags_of_ones_own_are_added_listed_and_removed(staff: Client, boss: User) -> None:
    address = "/api/v1/vocabulary/"
    made = staff.post(address, {"name": "chiptune", "group": "genre"}, "application/json")
    assert made.status_code == 201
    assert made.json()["wanted"] == 30
    again = staff.post(address, {"name": "CHIPTUNE", "group": "genre"}, "application/json")
    assert (again.status_code, again.json()["type"]) == (409, "/api/v1/problems/tag-refused/")
    labelled(boss, "chiptune", Verdict.Answer.ACCEPTED, 2)
    listed = staff.get(address).json()
    assert [(tag["slug"], tag["accepted"], tag["ready"]) for tag in listed] == [
        ("chiptune", 2, False)
    ]
    assert staff.delete(f"{address}chiptune/").status_code == 409
    assert staff.delete(f"{address}nothing/").status_code == 404
    staff.post(address, {"name": "unused", "group": "other"}, "application/json")
    assert staff.delete(f"{address}unused/").status_code == 204


def test_the_schedule_is_switched(staff: Client, api: Client) -> None:
    address = f"{TRAININGS}schedule/"
    assert staff.get(address).json() == {"enabled": False, "new": 0, "wanted": 100}
    response = staff.put(address, {"enabled": True}, "application/json")
    assert response.json()["enabled"] is True
    assert staff.get(address).json()["enabled"] is True
    assert api.put(address, {"enabled": False}, "application/json").status_code == 403
