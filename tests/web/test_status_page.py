from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tagger.jobs.workers import announce_life
from tagger.models import Job, Track, Training, User, Worker

from . import rows


@pytest.fixture
def staff(db: None) -> Client:
    browser = Client()
    browser.force_login(rows.person("operator", is_staff=True))
    return browser


def test_it_shows_queues_model_and_failures(staff: Client, owner: User) -> None:
    rows.active_model()
    rows.job(rows.track(owner), Job.State.QUEUED)
    broken = rows.track(owner, "Broken", state=Track.State.FAILED)
    rows.job(broken, Job.State.FAILED, error_detail="The file is damaged.")
    response = staff.get("/status/")
    text = response.content.decode()
    assert response.context["status"].queues[0].queued == 1
    assert "tonemark-test" in text
    assert "The file is damaged." in text


@pytest.mark.parametrize(
    ("can", "said"),
    [(True, "in a sandbox"), (False, "cannot keep whatever opens them from the network")],
)
def test_it_says_how_uploaded_files_are_read(
    staff: Client, monkeypatch: pytest.MonkeyPatch, can: bool, said: str
) -> None:
    for module in ("status", "checks"):
        monkeypatch.setattr(f"tagger.operations.{module}.can_refuse_syscalls", lambda: can)
    assert said in staff.get("/status/").content.decode()
    ids = [message.id for message in run_checks(tags=["security"])]
    assert ("tonemark.I011" in ids) is not can


def test_a_failed_training_leads_to_its_page(staff: Client, owner: User) -> None:
    job = Job.objects.create(
        kind=Job.Kind.TRAIN, queue="training", state=Job.State.FAILED, error_detail="No space."
    )
    values = {"name": "mine", "from_scratch": True, "verdicts": True, "recipe": {}}
    training = Training.objects.create(job=job, epochs=1, seed=0, **values)
    text = staff.get("/status/").content.decode()
    assert f'<a href="/trainings/{training.pk}/">mine</a>' in text
    assert f"/status/jobs/{job.pk}/retry/" not in text


def test_without_a_model_it_says_what_to_do(staff: Client) -> None:
    assert "No model is active" in staff.get("/status/").content.decode()


def test_a_failed_job_can_be_retried(staff: Client, owner: User) -> None:
    broken = rows.track(owner, state=Track.State.FAILED)
    failed = rows.job(broken, Job.State.FAILED)
    assert staff.post(reverse("web:retry-job", args=[failed.pk]))["Location"] == "/status/"
    newest = broken.jobs.first()
    assert newest is not None
    assert (newest.state, newest.trigger, newest.owner) == ("queued", "admin", owner)


def test_a_job_that_ended_well_cannot_be_retried(staff: Client, song: Track) -> None:
    done = rows.job(song, Job.State.SUCCEEDED)
    response = staff.post(reverse("web:retry-job", args=[done.pk]), follow=True)
    assert "Only a failed or cancelled job" in response.content.decode()
    assert song.jobs.count() == 1


def test_a_worker_is_shown_with_its_queues_until_it_falls_silent(staff: Client) -> None:
    announce_life("inference@studio", ["inference", "bulk"])
    assert "bulk, inference" in staff.get("/status/").content.decode()
    Worker.objects.update(alive_until=timezone.now() - timedelta(seconds=1))
    text = staff.get("/status/").content.decode()
    assert "inference@studio" in text
    assert "bulk, inference" not in text


def test_a_stopped_worker_is_shown_with_its_device_and_why(staff: Client) -> None:
    Worker.objects.create(
        name="inference@studio",
        device="cuda:0",
        device_reason="NVIDIA H200",
        seen_at=timezone.now(),
    )
    text = staff.get("/status/").content.decode()
    assert "inference@studio" in text
    assert "cuda:0: NVIDIA H200" in text
    assert "stopped" in text


def test_all_failures_nobody_has_retried_are_retried_at_once(staff: Client, owner: User) -> None:
    for _ in range(2):
        rows.job(rows.track(owner, state=Track.State.FAILED), Job.State.FAILED)
    assert "Retry all 2 failed" in staff.get("/status/").content.decode()
    text = staff.post(reverse("web:retry-all-jobs"), follow=True).content.decode()
    assert "2 jobs are queued again." in text
    assert "Retry all" not in text
    assert Job.objects.filter(state=Job.State.QUEUED, trigger=Job.Trigger.ADMIN).count() == 2


def test_it_says_what_it_is_made_of(staff: Client) -> None:
    versions = dict(staff.get("/status/").context["versions"])
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    assert versions["Tonemark"] == project["project"]["version"]
    assert versions["Django"].startswith("5.2")
    assert versions["torch"].startswith("2.13")
    assert int(versions["PostgreSQL"].split(".")[0]) >= 16
