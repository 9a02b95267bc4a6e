"""A real worker: a candidate is checked, compared, promoted, heard, and rolled back from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ml.weights import LoadedModel, default_model_path, load_model, save_model
from tagger.actions.effective_tags import active_model
from tagger.actions.model_versions import install_model
from tagger.actions.promotion import concerns_about, promote, roll_back
from tagger.actions.reanalysis import advance_all, hear_sample, reanalyse_stale
from tagger.actions.verdicts import give_verdict
from tagger.models import Activation, Job, ModelVersion, Reanalysis, Tag, Track, User, Verdict
from tagger.queries.library_comparison import library_comparison
from tests.tagger.test_worker import (
    Start,
    clips,
    person,
    start_worker,
    token_client,
    upload,
    wait_for,
)

__all__ = ["clips", "person", "start_worker"]

WEB = Job.Trigger.WEB

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def candidate(person: User, tmp_path: Path) -> ModelVersion:
    """The shipped network, but with all tags but the harp pushed far down."""
    import torch

    loaded = load_model(default_model_path())
    with torch.no_grad():
        bias = dict(loaded.network.named_parameters())[last_bias(loaded)]
        bias.sub_(12.0)
        bias[loaded.card.labels.index("harp")].add_(20.0)
    path = tmp_path / "candidate.safetensors"
    save_model(path, loaded.network, loaded.card)
    return install_model(path, name="all harps", by=person)


def last_bias(loaded: LoadedModel) -> str:
    """The head's: one number a label."""
    labels = len(loaded.card.labels)
    named = loaded.network.named_parameters()
    return [name for name, value in named if tuple(value.shape) == (labels,)][-1]


def shown() -> dict[str, set[str]]:
    tracks = Track.objects.prefetch_related("track_tags__tag")
    return {str(track.pk): {row.tag.name for row in track.track_tags.all()} for track in tracks}


def test_a_library_changes_with_its_model_and_changes_back(
    person: User,
    clips: list[Path],
    candidate: ModelVersion,
    start_worker: Start,
    tmp_path: Path,
) -> None:
    log = tmp_path / "worker.log"
    start_worker("inference,bulk,maintenance")
    for clip in clips:
        upload(token_client(person), clip)
    wait_for(all_tagged(len(clips)), log)
    song = Track.objects.order_by("pk")[0]
    give_verdict(person, song, Tag.objects.get(name="harp"), Verdict.Answer.REJECTED)
    give_verdict(person, song, Tag.objects.get(name="sitar"), Verdict.Answer.ACCEPTED)
    before, verdicts = shown(), list(Verdict.objects.order_by("pk").values())
    wait_for(lambda: ModelVersion.objects.get(pk=candidate.pk).smoke is not None, log)

    heard(hear_sample(candidate, by=person, trigger=WEB, size=2), log)
    assert shown() == before
    former = active_model()
    assert former is not None
    compared = library_comparison(candidate, former, person)
    assert compared is not None
    assert compared.tracks == 2
    assert any(change.gained for change in compared.tags if change.tag.name == "harp")

    candidate.refresh_from_db()
    said = [concern.code for concern in concerns_about(candidate)]
    assert said == ["smoke"], "it is sure to hear a harp in silence"
    switched(promote(candidate, by=person, trigger=WEB, reason="for a test"), log)
    heard(reanalyse_stale(by=person, trigger=WEB), log)
    after = shown()
    assert after.pop(str(song.pk)) == {"sitar"}
    assert all(tags == {"harp"} for tags in after.values())

    switched(roll_back(candidate, by=person, trigger=WEB), log)
    assert shown() == before
    assert list(Verdict.objects.order_by("pk").values()) == verdicts
    assert active_model() == former


def all_tagged(count: int) -> Callable[[], bool]:
    return lambda: Track.objects.filter(state=Track.State.TAGGED).count() == count


def heard(run: Reanalysis, log: Path) -> None:
    """The clock that keeps reanalyses going in an installation is this test's here."""

    def ended() -> bool:
        advance_all()
        job = Job.objects.get(pk=run.pk)
        assert not Job.objects.filter(parent=job, state=Job.State.FAILED).exists()
        return job.state == Job.State.SUCCEEDED

    wait_for(ended, log)


def switched(change: Activation, log: Path) -> None:
    def ended() -> bool:
        return Activation.objects.get(pk=change.pk).switched_at is not None

    wait_for(ended, log)
