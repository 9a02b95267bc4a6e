"""/livez, /readyz and /metrics, on the real database and broker of the test run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tagger.jobs.workers import announce_end, announce_life
from tagger.models import Job, Track, Worker
from tagger.operations.monitoring import readiness
from tests.web import rows

KEY = "a-key-of-the-metrics"

pytestmark = pytest.mark.django_db


@pytest.fixture
def workers() -> None:
    announce_life("inference@studio", ["inference", "bulk"])
    announce_life(
        "rest@studio", [name for name in readiness.needed_queues() if name != "inference"]
    )


def test_a_process_that_answers_lives(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"


def test_with_everything_there_it_is_ready(client: Client, workers: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200, response.content
    checks = response.json()["checks"]
    assert set(checks.values()) == {"ready"}
    assert {"database", "broker", "storage", "queue inference", "queue maintenance"} <= set(checks)


def test_a_queue_without_a_worker_is_named(client: Client, workers: None) -> None:
    announce_end("inference@studio")
    response = client.get("/readyz")
    assert response.status_code == 503
    not_ready = {name for name, said in response.json()["checks"].items() if said != "ready"}
    assert not_ready == {"queue inference"}


def test_folders_need_a_worker_where_folders_may_be_read(
    client: Client, workers: None, settings: Any
) -> None:
    checks = client.get("/readyz").json()["checks"]
    assert "queue folders" not in checks
    settings.FOLDERS = [Path("/music")]
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["queue folders"] == "not ready"


def test_a_worker_that_fell_silent_counts_no_more(client: Client, workers: None) -> None:
    Worker.objects.update(alive_until=timezone.now() - timedelta(seconds=1))
    assert client.get("/readyz").status_code == 503


def test_a_broker_that_is_away_is_named_and_nothing_else_is_told(
    client: Client, workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ConnectionRefusedError("broker.internal.example:6379 refused")

    monkeypatch.setattr(readiness, "need_broker", away)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["broker"] == "not ready"
    assert "internal" not in response.content.decode()


def test_a_database_that_is_away_is_told_without_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("no connection")

    monkeypatch.setattr(readiness, "_need_database", away)
    monkeypatch.setattr(readiness, "served_queues", away)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "not ready"


def test_a_store_that_cannot_be_written_to_is_named(
    client: Client, workers: None, settings: Any, tmp_path: Any
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "unmounted")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["storage"] == "not ready"


def test_probes_come_from_this_side_of_the_proxy(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/livez").status_code == 200
    assert client.get("/").status_code == 301


def test_without_a_key_there_are_no_metrics(client: Client, settings: Any) -> None:
    settings.METRICS_KEY = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("sent", ["", f"Bearer {KEY}x", f"Basic {KEY}", "Bearer é"])
def test_metrics_ask_for_their_key(client: Client, settings: Any, sent: str) -> None:
    settings.METRICS_KEY = KEY
    response = client.get("/metrics", headers={"Authorization": sent})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="metrics"'


def test_metrics_say_what_waits_runs_and_fails(
    client: Client, settings: Any, song: Track, workers: None
) -> None:
    settings.METRICS_KEY = KEY
    now = timezone.now()
    rows.job(song, Job.State.QUEUED)
    Job.objects.update(created_at=now - timedelta(seconds=90))
    ended = rows.job(
        rows.track(rows.owner_of(song)),
        Job.State.FAILED,
        error_code="damaged",
        started_at=now - timedelta(seconds=10),
        finished_at=now,
    )
    Job.objects.filter(pk=ended.pk).update(created_at=now - timedelta(seconds=30))
    samples = metrics(client)
    assert samples[("tonemark_jobs", ("inference", "queued"))] == 1
    assert samples[("tonemark_queue_oldest_seconds", ("inference",))] == pytest.approx(90, abs=30)
    assert samples[("tonemark_workers", ("inference",))] == 1
    assert samples[("tonemark_recent_failures", ("damaged", "tag_track"))] == 1
    assert samples[("tonemark_recent_wait_mean_seconds", ("tag_track",))] == pytest.approx(20)
    assert samples[("tonemark_recent_run_max_seconds", ("tag_track",))] == pytest.approx(10)
    assert samples[("tonemark_recent_segments_per_second", ())] == pytest.approx(3 / 900)
    assert samples[("tonemark_ready", ("database",))] == 1
    assert samples[("tonemark_disk_free_bytes", ())] > 0


def metrics(client: Client) -> dict[tuple[str, tuple[str, ...]], float]:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert response.status_code == 200
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }
