"""Two versions whose figures cannot be compared are evaluated on the same clips when asked."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tagger.jobs import lifecycle
from tagger.management import follow_job
from tagger.models import Job, ModelVersion, User, Worker
from tagger.registry.compare_metrics import SplitComparison, compared
from tagger.registry.evaluation import EvaluationRefused, ask_for_evaluation, evaluate
from tagger.registry.versions import activate_model, install_model
from tests.tagger.training.test_run import boss, folder
from tests.tagger.training.training_rows import small_weights
from tests.web import rows

__all__ = ["boss", "folder"]

WEB = Job.Trigger.WEB

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sent"),
]


@pytest.fixture
def other(boss: User, tmp_path: Path) -> ModelVersion:
    """Brought in from elsewhere: its card says nothing of any clip."""
    return install_model(small_weights(tmp_path, "other", 2))


def claim(job: Job) -> Job:
    claimed = lifecycle.claim(str(job.pk))
    assert claimed is not None
    return claimed


def active() -> ModelVersion:
    return ModelVersion.objects.get(state="active")


def test_both_are_evaluated_clip_by_clip_and_the_comparison_has_it(
    boss: User, other: ModelVersion
) -> None:
    assert compared(other, active()) == "candidate"
    job = ask_for_evaluation(other, by=boss, trigger=WEB)
    assert ask_for_evaluation(other, by=None, trigger=WEB) == job
    assert job.queue == "training"
    evaluate(claim(job))
    job.refresh_from_db()
    assert (job.state, job.stage) == ("succeeded", "evaluating"), job.error_detail
    other.refresh_from_db()
    comparison = compared(other, active())
    assert isinstance(comparison, SplitComparison)
    assert (comparison.split, comparison.paired, comparison.candidate.clips) == ("test", True, 4)
    assert comparison.evaluated is not None
    assert comparison.evaluated.folder == "music"
    tags = {tag.tag: tag for tag in comparison.per_tag}
    assert set(tags) == {"harp", "rock"}
    for pairing in (tags["harp"].roc_auc, tags["harp"].average_precision):
        assert pairing.difference is not None
        assert pairing.difference.interval is not None
    assert other.card["metrics"] == {}
    assert Worker.objects.get().device


def test_another_active_model_makes_it_worth_nothing(
    boss: User, other: ModelVersion, tmp_path: Path
) -> None:
    evaluate(claim(ask_for_evaluation(other, by=boss, trigger=WEB)))
    activate_model(install_model(small_weights(tmp_path, "third", 3)))
    other.refresh_from_db()
    assert compared(other, active()) == "candidate"


def test_what_cannot_be_evaluated_is_refused_with_a_sentence(
    boss: User, other: ModelVersion, folder: Path
) -> None:
    with pytest.raises(EvaluationRefused, match="not the active one"):
        ask_for_evaluation(active(), by=boss, trigger=WEB)
    with pytest.raises(EvaluationRefused, match="There is no data set noise"):
        ask_for_evaluation(other, "noise", by=boss, trigger=WEB)
    (folder / "annotations_final.csv").unlink()
    with pytest.raises(EvaluationRefused, match="has no annotations_final"):
        ask_for_evaluation(other, "music", by=boss, trigger=WEB)
    with pytest.raises(EvaluationRefused, match="Name one in TONEMARK_TRAINING_DATA"):
        ask_for_evaluation(other, by=boss, trigger=WEB)
    assert not Job.objects.filter(kind=Job.Kind.EVALUATE).exists()


def test_missing_weights_end_it_with_a_sentence(boss: User, other: ModelVersion) -> None:
    job = ask_for_evaluation(other, by=boss, trigger=WEB)
    Path(other.weights.path).unlink()
    evaluate(claim(job))
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "evaluation-failed")
    assert "safetensors" in job.error_detail
    assert lifecycle.retry(job, trigger=WEB).details == job.details


def test_one_that_was_cancelled_leaves_no_result(
    boss: User, other: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagger.jobs.progress.JobWatch.should_stop", lambda self: True)
    job = claim(ask_for_evaluation(other, by=boss, trigger=WEB))
    evaluate(job)
    job.refresh_from_db()
    assert job.state == "running", "only its lease was lost: another attempt goes on"
    lifecycle.cancel(job)
    evaluate(job)
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, other.evaluation) == ("cancelled", None)


def test_the_command_follows_it_to_the_sentence(
    other: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(_seconds: float) -> None:
        rows.work_off(Job.Kind.EVALUATE)

    monkeypatch.setattr(follow_job.time, "sleep", work)
    out = StringIO()
    call_command("models", "evaluate", other.name, stdout=out)
    assert "It ranks the test clips" in out.getvalue()
    with pytest.raises(CommandError, match="not the active one"):
        call_command("models", "evaluate", active().name)
    Path(other.weights.path).unlink()
    with pytest.raises(CommandError, match="safetensors"):
        call_command("models", "evaluate", other.name)
