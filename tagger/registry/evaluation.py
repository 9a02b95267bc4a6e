"""A version and the active one evaluated on the same clips, when their cards cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ml.data import prepare
from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import JobWatch
from tagger.jobs.workers import announce_device
from tagger.models import Job, ModelVersion, User
from tagger.tags.effective import active_model

from .datasets import DataFolder, DataMissing, evaluation_folder, present_folder, test_split

if TYPE_CHECKING:
    import torch


class EvaluationRefused(Exception):
    """There is nothing to evaluate, or nothing to evaluate by; the message says which."""


def ask_for_evaluation(
    version: ModelVersion, folder: str = "", *, by: User | None, trigger: Job.Trigger
) -> Job:
    """Have a worker evaluate it beside the active model, on the test split of a known data set.

    Without a name, the first data set that is there. One that is under way is answered as it is.
    Raises EvaluationRefused.
    """
    chosen = _folder(folder)
    with transaction.atomic():
        locked = ModelVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()
        active = active_model()
        if locked is None or active is None or active == version:
            raise EvaluationRefused(_("Choose a model that is not the active one."))
        existing = evaluations(version).filter(state__in=Job.OPEN_STATES).first()
        return existing or lifecycle.create_job(
            Job.Kind.EVALUATE,
            owner=by,
            trigger=trigger,
            model=version,
            details={"beside": active.pk, "folder": chosen.name},
        )


def evaluations(version: ModelVersion) -> Any:
    """The latest first."""
    return version.jobs.filter(kind=Job.Kind.EVALUATE)


def evaluate(job: Job) -> None:
    """Run a claimed job. What both reached stands on the version, as a training writes it."""
    beside = ModelVersion.objects.filter(pk=job.details["beside"]).first()
    if job.model is None or beside is None:
        lifecycle.fail(job, code="no-model", detail="One of the two models is gone.")
        return
    with heartbeat(job) as stop:
        watch = JobWatch(job, stop)
        try:
            report = _evaluate_both(job.model, beside, job.details["folder"], watch)
        except InterruptedError:
            watch.left_off()
        except (EvaluationRefused, DataMissing, ValueError) as error:
            # What data, device or weights have against it; each names what to do.
            lifecycle.fail(job, code="evaluation-failed", detail=str(error))
        else:
            _keep(job, job.model, report)


def _keep(job: Job, version: ModelVersion, report: dict[str, Any]) -> None:
    with transaction.atomic():
        if lifecycle.succeed(job):
            version.evaluation = report
            version.save(update_fields=["evaluation"])


def _evaluate_both(
    version: ModelVersion, beside: ModelVersion, name: str, watch: JobWatch
) -> dict[str, Any]:
    from ml.checkpoints import load_model
    from ml.evaluation import evaluate_pair

    folder = present_folder(name)
    device = _device()
    prepare(folder.path, folder.prepared(), threads=True, on_progress=watch.on_decoded)
    split = test_split(folder, version.labels)
    models = [load_model(one.weights.path) for one in (version, beside)]
    both = split and evaluate_pair(models[0], models[1], split, device, callbacks=watch)
    if not both:
        raise EvaluationRefused(
            _("The test split of %(name)s has too few clips of any tag that both models know.")
            % {"name": folder.name}
        )
    return {
        "test": both[0],
        "active": {"name": beside.name, "sha256": beside.sha256, "test": both[1]},
        "data": {"folder": folder.name, "fingerprint": folder.fingerprint()},
        "at": timezone.now().isoformat(timespec="seconds"),
    }


def _folder(name: str) -> DataFolder:
    try:
        folder = present_folder(name) if name else evaluation_folder()
    except DataMissing as error:
        raise EvaluationRefused(str(error)) from error
    if folder is None:
        raise EvaluationRefused(
            _("There is no data set to judge them by. Name one in TONEMARK_TRAINING_DATA.")
        )
    return folder


def _device() -> torch.device:
    import torch

    from ml.runtime import choose_device

    if settings.TORCH_THREADS:
        torch.set_num_threads(settings.TORCH_THREADS)
    device = choose_device(settings.DEVICE)
    announce_device(str(device.torch_device), device.reason)
    return device.torch_device
