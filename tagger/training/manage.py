"""Trainings: started, followed epoch by epoch, finished as a candidate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ml.config import EpochReport
from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion, Training, TrainingEpoch, User, Webhook
from tagger.registry.versions import install_model
from tagger.webhooks.events import announce_to_staff

from .options import (
    Choices,
    TrainingRefused,
    check_training_data,
    chosen_name,
    name_of,
    preset_of,
    recipe_of,
)

# A training writes a few lines an epoch; the page shows the last ones.
LOG_LINES = 200


class TrainingRuns(TrainingRefused):
    """One at a time; `training` is the one that runs."""

    def __init__(self, training: Training) -> None:
        super().__init__(
            _("A training is under way: %(name)s. Wait for its end, or cancel it.")
            % {"name": training.name}
        )
        self.training = training


def start_training(choices: Choices, *, by: User | None, trigger: Job.Trigger) -> Training:
    """Queue it. Raises TrainingRefused, and TrainingRuns while another one is open."""
    _refuse_second()
    recipe = recipe_of(choices)
    check_training_data(choices)
    try:
        with transaction.atomic():
            job = lifecycle.create_job(Job.Kind.TRAIN, owner=by, trigger=trigger)
            return Training.objects.create(
                job=job,
                name=name_of(choices),
                base=choices.base,
                from_scratch=choices.base is None,
                folder=choices.folder,
                verdicts=choices.verdicts,
                preset=preset_of(choices),
                block=choices.block,
                epochs=recipe.training.epochs,
                seed=choices.seed,
                wanted_device=choices.device,
                recipe=recipe.as_dict(),
            )
    except IntegrityError:
        _refuse_second()
        raise


def open_training() -> Training | None:
    return Training.objects.filter(job__state__in=Job.OPEN_STATES).select_related("job").first()


def choices_of(training: Training) -> Choices:
    """To start another one like it; from the active model where its own base is gone."""
    return Choices(
        base=training.base,
        folder=training.folder,
        verdicts=training.verdicts,
        name=chosen_name(training.name),
        preset=training.preset,
        block=training.block,
        epochs=training.epochs,
        device=training.wanted_device,
        seed=training.seed,
    )


def record_epoch(training: Training, report: EpochReport) -> TrainingEpoch:
    """A resumed training goes through an epoch again: its figures take the place of the former."""
    values = {
        "training_loss": report.training_loss,
        "loss": report.loss,
        "roc_auc": report.macro_roc_auc,
        "average_precision": report.macro_average_precision,
        "learning_rate": report.learning_rate,
        "segments_per_second": report.segments_per_second,
        "seconds": report.seconds,
        "best": report.best,
    }
    row, _made = TrainingEpoch.objects.update_or_create(
        training=training, epoch=report.epoch, defaults=values
    )
    return row


def note(training: Training, line: str) -> None:
    """Add a line to the log's tail."""
    lines = [*training.log.splitlines(), f"{timezone.now():%H:%M:%S} {line}"]
    training.log = "\n".join(lines[-LOG_LINES:])
    training.save(update_fields=["log"])


def expect_end(training: Training, moment: datetime | None) -> None:
    Training.objects.filter(pk=training.pk).update(expected_end=moment)


def finish_training(training: Training, job: Job, weights: Path) -> ModelVersion | None:
    """Register the candidate; None when another worker has taken the job over."""
    with transaction.atomic():
        if not lifecycle.succeed(job):
            return None
        version = install_model(weights, name=training.name, by=job.owner)
        training.model, training.expected_end = version, None
        training.save(update_fields=["model", "expected_end"])
        if version == training.base:
            note(training, "nothing was better than what it began with, which is the result")
        announce_to_staff(Webhook.Event.TRAINING_FINISHED, training=training.pk, model=version.name)
    return version


def _refuse_second() -> None:
    existing = open_training()
    if existing:
        raise TrainingRuns(existing)
