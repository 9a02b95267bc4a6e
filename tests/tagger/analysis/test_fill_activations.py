"""What was heard before activations were kept is heard again for them, when nothing else waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from ml.inference import SegmentActivations
from tagger.analysis.fill_activations import fill_activations, unkept_tracks
from tagger.jobs import lifecycle
from tagger.models import Analysis, Job, KeptActivations, ModelVersion, Track, User, Webhook
from tagger.registry.versions import activate_model
from tagger.tasks import run_job
from tests.web import rows

from .deaf_tagger import every_model_says
from .test_retag import _with, heard
from .tiny_models import SIZE, tiny_version

KIND = Job.Kind.KEEP_ACTIVATIONS


@pytest.fixture
def active(owner: User, tmp_path: Path) -> ModelVersion:
    model = tiny_version(tmp_path / "first.safetensors", outputs=0)
    activate_model(model)
    return model


@pytest.fixture
def library(owner: User, active: ModelVersion) -> list[Track]:
    """Six tracks heard before anything was kept, and one of which it is."""
    before = [heard(rows.track(owner), active) for _ in range(6)]
    KeptActivations.objects.all().delete()
    heard(rows.track(owner), active)
    return sorted(before, key=lambda track: track.pk)


def says(model: ModelVersion) -> Any:
    kept = SegmentActivations.of(np.ones((4, SIZE), np.float32), np.zeros(4, dtype=bool))
    return _with(rows.prediction(model, {"harp": 0.9}, 4), activations=kept)


def work() -> Job:
    job = Job.objects.filter(kind=KIND, state=Job.State.QUEUED).order_by("created_at").first()
    assert job is not None
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


def test_each_that_is_heard_asks_for_the_next_until_all_are_kept(
    library: list[Track], active: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_model_says(says, monkeypatch)
    assert fill_activations(2) == 2
    assert set(Job.objects.filter(kind=KIND).values_list("track", flat=True)) == {
        track.pk for track in library[:2]
    }
    while Job.objects.filter(kind=KIND, state__in=Job.OPEN_STATES).exists():
        before = unkept_tracks(active).count()
        assert work().state == Job.State.SUCCEEDED
        assert unkept_tracks(active).count() < before
    assert unkept_tracks(active).count() == fill_activations() == 0
    assert KeptActivations.objects.filter(trunk=active.trunk).count() == 7


def test_it_goes_on_behind_the_track_that_was_filled_and_then_from_the_beginning(
    library: list[Track], active: ModelVersion
) -> None:
    fill_activations(2, after=library[2].pk)
    assert [job.track for job in _asked()] == library[3:5]
    fill_activations(3, after=library[5].pk)
    assert [job.track for job in _asked()] == [*library[3:5], library[0]]


def _asked() -> list[Job]:
    return list(Job.objects.filter(kind=KIND).order_by("created_at", "pk"))


def test_nothing_that_is_shown_changes_and_nobody_is_told(
    library: list[Track], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Webhook.objects.create(
        owner=owner, url="https://example.org/", events=["track.tagged"], salt="s" * 43
    )
    every_model_says(says, monkeypatch)
    before = {row.track_id: bytes(row.scores) for row in Analysis.objects.all()}
    fill_activations()
    work()
    assert {row.track_id: bytes(row.scores) for row in Analysis.objects.all()} == before
    assert library[0].track_tags.get().tag.name == "guitar"
    assert hook.deliveries.count() == 0


def test_whatever_hears_or_decodes_goes_first(library: list[Track], owner: User) -> None:
    waiting = rows.job(rows.track(owner), Job.State.QUEUED)
    assert fill_activations() == 0
    lifecycle.cancel(waiting)
    assert fill_activations() == 4


def test_one_that_cannot_be_heard_any_more_is_not_tried_again(
    library: list[Track], active: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_model_says(lambda _: FileNotFoundError(), monkeypatch)
    fill_activations(1)
    job = work()
    assert (job.state, job.error_code) == ("failed", "file-missing")
    library[0].refresh_from_db()
    assert library[0].state == Track.State.TAGGED
    assert set(unkept_tracks(active)) == set(library[1:])


def test_a_model_of_which_nothing_can_be_kept_is_not_heard_for_ever(
    library: list[Track], active: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_model_says(lambda model: rows.prediction(model, {"harp": 0.9}, 4), monkeypatch)
    fill_activations(1)
    assert work().error_code == "not-kept"
    assert unkept_tracks(active).count() == 5


def test_what_the_active_model_has_still_to_hear_is_kept_then(
    library: list[Track], tmp_path: Path
) -> None:
    activate_model(tiny_version(tmp_path / "other.safetensors", outputs=1, trunk=1))
    assert fill_activations() == 0


def test_where_the_setting_says_so_nothing_is_heard_for_it(
    library: list[Track], settings: Any
) -> None:
    settings.KEEP_ACTIVATIONS = False
    assert fill_activations() == 0


def test_the_status_page_and_its_api_say_how_far_it_is(library: list[Track]) -> None:
    staff = Client()
    staff.force_login(rows.person("operator", is_staff=True))
    assert "6 more are heard again for it while nothing else waits" in " ".join(
        staff.get("/status/").content.decode().split()
    )
    answer = staff.get("/api/v1/status/").json()["kept_activations"]
    assert (answer["tracks"], answer["missing"]) == (1, 6)
