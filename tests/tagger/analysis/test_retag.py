"""A library tagged by another model of the same trunk, from what was kept of each track."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.inference import SegmentActivations
from tagger.analysis import retag
from tagger.analysis.activations import kept_activations
from tagger.analysis.reanalysis import analyse_sample, reanalyse_stale
from tagger.analysis.record import record_analysis, record_rescored
from tagger.analysis.retag import retaggable
from tagger.library.trash import delete_track, purge_track
from tagger.models import Analysis, Job, KeptActivations, ModelVersion, Track, User, Webhook
from tagger.registry.versions import activate_model
from tagger.tasks import run_job
from tests.web import rows

from .deaf_tagger import every_model_says
from .tiny_models import SIZE, tiny_version

WEB = Job.Trigger.WEB
SEGMENTS = 4


@pytest.fixture
def active(owner: User, tmp_path: Path) -> ModelVersion:
    model = tiny_version(tmp_path / "first.safetensors", outputs=0)
    activate_model(model)
    return model


@pytest.fixture
def tuned(active: ModelVersion, tmp_path: Path) -> ModelVersion:
    """The same trunk with other outputs."""
    return tiny_version(tmp_path / "tuned.safetensors", outputs=1)


@pytest.fixture
def other(active: ModelVersion, tmp_path: Path) -> ModelVersion:
    return tiny_version(tmp_path / "other.safetensors", outputs=1, trunk=1)


@pytest.fixture
def library(owner: User, active: ModelVersion) -> list[Track]:
    made = [heard(rows.track(owner), active, seed) for seed in range(5)]
    return sorted(made, key=lambda track: track.pk)


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def heard(track: Track, model: ModelVersion, seed: int = 0) -> Track:
    activations = np.random.default_rng(seed).gamma(1, 1, (SEGMENTS, SIZE)).astype(np.float32)
    kept = SegmentActivations.of(activations, np.array([False, False, True, False]))
    prediction = rows.prediction(model, {"guitar": 0.9}, SEGMENTS)
    record_analysis(track, model, _with(prediction, activations=kept))
    track.refresh_from_db()
    return track


def _with(prediction: Any, **values: Any) -> Any:
    from dataclasses import replace

    return replace(prediction, **values)


def work(kind: Job.Kind = Job.Kind.RETAG) -> Job:
    job = Job.objects.filter(kind=kind, state=Job.State.QUEUED).get()
    run_job(str(job.pk))
    # A part of a reanalysis that has succeeded is counted there and gone.
    return Job.objects.filter(pk=job.pk).first() or job


def test_a_model_of_the_same_trunk_tags_the_library_when_it_is_made_active(
    library: list[Track], active: ModelVersion, tuned: ModelVersion
) -> None:
    activate_model(tuned)
    job = work()
    assert (job.state, job.done, job.total, job.result) == ("succeeded", 5, 5, {"tracks": 5})
    for track in library:
        analysis = Analysis.objects.get(track=track, model=tuned)
        assert analysis.silent_segments == [2]
        scores = analysis.segment_scores()
        sounding = np.delete(scores, 2, axis=0).mean(axis=0)
        np.testing.assert_allclose(analysis.mean_scores, sounding, atol=2e-3)
        given = {
            label
            for label, score in zip(tuned.labels, analysis.mean_scores, strict=True)
            if score >= 0.5
        }
        assert {row.tag.name for row in track.track_tags.all()} == given != {"guitar"}


def test_what_runs_already_is_not_begun_twice(library: list[Track], tuned: ModelVersion) -> None:
    first = retag.request_retag(tuned, by=None, trigger=WEB)
    assert retag.request_retag(tuned, by=None, trigger=WEB) == first


def test_a_model_with_another_trunk_has_nothing_to_take_tags_from(
    library: list[Track], other: ModelVersion
) -> None:
    activate_model(other)
    assert not retaggable(other).exists()
    assert not Job.objects.filter(kind=Job.Kind.RETAG).exists()


def test_a_stopped_job_goes_on_behind_what_is_done(
    library: list[Track], tuned: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retag, "TOGETHER", 2)
    record = record_rescored

    def dies(*arguments: Any) -> int:
        if Analysis.objects.filter(model=tuned).exists():
            raise RuntimeError("the worker dies")
        return record(*arguments)

    monkeypatch.setattr(retag, "record_rescored", dies)
    job = retag.request_retag(tuned, by=None, trigger=WEB)
    assert job is not None
    with pytest.raises(RuntimeError, match="dies"):
        run_job(str(job.pk))
    assert Analysis.objects.filter(model=tuned).count() == 2
    monkeypatch.setattr(retag, "record_rescored", record)
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    assert work().result == {"tracks": 3}
    assert Analysis.objects.filter(model=tuned).count() == 5


def test_lost_and_damaged_files_leave_their_tracks_to_be_heard(
    library: list[Track], tuned: ModelVersion, scratch_media: Path
) -> None:
    lost, damaged = (KeptActivations.objects.get(track=track) for track in library[:2])
    (scratch_media / str(lost.file.name)).unlink()
    (scratch_media / str(damaged.file.name)).write_bytes(b"half a fi")
    retag.request_retag(tuned, by=None, trigger=WEB)
    assert work().result == {"tracks": 3}
    assert set(KeptActivations.objects.values_list("track", flat=True)) == {
        track.pk for track in library[2:]
    }


def test_hearing_the_rest_follows_what_is_tagged_from_kept_activations(
    library: list[Track], tuned: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_model_says(lambda model: rows.prediction(model, {"harp": 0.8}), monkeypatch)
    KeptActivations.objects.filter(track=library[0]).delete()
    ModelVersion.objects.update(state=ModelVersion.State.RETIRED)
    ModelVersion.objects.filter(pk=tuned.pk).update(state="active", activated_at="2026-01-01T00Z")
    run = reanalyse_stale(by=None, trigger=WEB)
    run_job(str(run.pk))
    assert not Job.objects.filter(kind=Job.Kind.ANALYSE_TRACK).exists()
    work()
    assert work(Job.Kind.ANALYSE_TRACK).track == library[0]
    run.job.refresh_from_db()
    assert (run.job.state, run.job.done, run.job.total) == ("succeeded", 5, 5)


def test_a_comparison_takes_the_whole_library_from_what_is_kept(
    library: list[Track], tuned: ModelVersion
) -> None:
    run = analyse_sample(tuned, by=None, trigger=WEB, size=3)
    run_job(str(run.pk))
    work()
    run.job.refresh_from_db()
    assert (run.job.state, run.job.done) == ("succeeded", 5)
    assert Analysis.objects.filter(model=tuned).count() == 5
    assert all(track.track_tags.get().tag.name == "guitar" for track in library)


def test_webhooks_are_told_of_each_track(
    library: list[Track], owner: User, tuned: ModelVersion
) -> None:
    hook = Webhook.objects.create(
        owner=owner, url="https://example.org/", events=["track.tagged"], salt="s" * 43
    )
    activate_model(tuned)
    work()
    assert hook.deliveries.count() == 5


def test_a_candidate_of_another_trunk_takes_nothing_from_the_library(
    library: list[Track], other: ModelVersion, active: ModelVersion
) -> None:
    heard(library[0], other)
    assert set(KeptActivations.objects.values_list("trunk", flat=True)) == {active.trunk}


def test_hearing_again_replaces_the_file(
    library: list[Track], active: ModelVersion, scratch_media: Path, committed: Any
) -> None:
    former = KeptActivations.objects.get(track=library[0])
    with committed():
        heard(library[0], active, seed=9)
    kept = KeptActivations.objects.get(track=library[0])
    assert not (scratch_media / str(former.file.name)).exists()
    assert (scratch_media / str(kept.file.name)).stat().st_size == kept.size


def test_the_file_goes_with_the_track(
    library: list[Track], scratch_media: Path, committed: Any
) -> None:
    assert kept_activations().tracks == 5
    with committed():
        delete_track(library[0])
        purge_track(library[0])
    assert (
        kept_activations().tracks == len(list((scratch_media / "activations").rglob("*.npz"))) == 4
    )


def test_nothing_is_kept_where_the_setting_says_so(
    owner: User, active: ModelVersion, settings: Any
) -> None:
    settings.KEEP_ACTIVATIONS = False
    heard(rows.track(owner), active)
    assert kept_activations().tracks == 0
