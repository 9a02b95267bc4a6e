"""The work of one training job, in a child process of its own: torch comes in here, and leaves."""

from __future__ import annotations

import dataclasses
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from ml.checkpoints import trunk_sha256
from ml.config import Recipe, recipe_from_dict
from tagger.analysis.activations import trunk_of
from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.workers import announce_device
from tagger.models import Job, ModelVersion, Training
from tagger.platform.outages import DISK_FULL, STORAGE_FULL, outage
from tagger.tags.effective import active_model

from .callbacks import Watch
from .dataset import TrainingData, assemble, freeze_examples
from .first_look import first_look
from .manage import finish_training, note
from .new_tags import fit_new_tags

if TYPE_CHECKING:
    from ml.checkpoints import ModelCard
    from ml.evaluation import NewLabel
    from ml.runtime import Device

logger = logging.getLogger(__name__)

CANDIDATE = "candidate.safetensors"


def run_training(job: Job) -> None:
    """Run a claimed job to its end. Killed, the next attempt goes on from the last checkpoint."""
    from ml.training import TrainingError

    training = Training.objects.select_related("base").get(job=job)
    run = run_folder(training)
    sweep()
    run.mkdir(parents=True, exist_ok=True)
    with heartbeat(job) as stop:
        watch = Watch(training, job, stop)
        try:
            weights = _train(training, run, watch)
        except InterruptedError:
            if watch.left_off():
                note(training, "cancelled")
        except (ValueError, TrainingError) as error:
            # What data, recipe, device or weights have against it; each names what to do.
            note(training, str(error))
            lifecycle.fail(job, code="training-failed", detail=str(error))
        except Exception as error:
            if outage(error) != STORAGE_FULL:
                raise
            logger.warning("training %s stops: %s", training.pk, error)
            note(training, DISK_FULL)
            lifecycle.fail(job, code=STORAGE_FULL, detail=DISK_FULL)
        else:
            finish_training(training, job, weights)
    sweep()


def run_folder(training: Training) -> Path:
    return _runs() / str(training.pk)


def sweep() -> None:
    """Remove what ended trainings have left: decoded tracks, checkpoints."""
    going_on = Training.objects.filter(job__state__in=Job.OPEN_STATES)
    open_runs = {str(pk) for pk in going_on.values_list("pk", flat=True)}
    for folder in _runs().glob("*"):
        if folder.name not in open_runs:
            shutil.rmtree(folder)


def _runs() -> Path:
    return Path(settings.DATA_DIR) / "trainings"


def _train(training: Training, run: Path, watch: Watch) -> Path:
    """All the way to the candidate's file. Raises InterruptedError when it must stop."""
    import torch

    device = _device(training)
    if settings.TORCH_THREADS:
        torch.set_num_threads(settings.TORCH_THREADS)
    examples = freeze_examples(training, run)
    first = first_look(training, examples, run, device, watch)
    data = assemble(training, examples, run, watch.on_decoded)
    training.labels, training.data = examples["labels"], data.facts | first
    training.save(update_fields=["labels", "data"])
    watch.tell(_summary(training, data))
    _go_on(watch)
    weights = _learn(training, data, run, device, watch)
    _go_on(watch)
    new_tags = fit_new_tags(weights, run)
    training.data |= {"new_tags": {tag: one.as_dict() for tag, one in new_tags.items()}}
    for tag, one in new_tags.items():
        watch.tell(_of_new_tag(tag, one))
    return _evaluate(training, weights, data, run, device, watch, new_tags)


def _go_on(watch: Watch) -> None:
    """Between two parts that take seconds before they ask themselves. Raises InterruptedError."""
    if watch.should_stop():
        raise InterruptedError("The training was stopped.")


def _learn(training: Training, data: TrainingData, run: Path, device: Device, watch: Watch) -> Path:
    from ml.training import Identity, trainer_for

    recipe = _recipe(training)
    outcome = trainer_for(recipe)(
        recipe,
        data.train,
        data.validation,
        run,
        identity=Identity(training.name, _licence(training)),
        device=device.torch_device,
        callbacks=watch,
    ).run()
    if not outcome.finished:
        raise InterruptedError("The training was stopped.")
    return outcome.model


def _recipe(training: Training) -> Recipe:
    recipe = recipe_from_dict(training.recipe)
    if training.base is None:
        return recipe
    initial = dataclasses.replace(recipe.training, initial=training.base.weights.path)
    return dataclasses.replace(recipe, training=initial)


def _fixed_thresholds(training: Training, card: ModelCard) -> dict[str, float]:
    """Where scores mean what they meant, thresholds stay: where the outputs alone have learnt, or
    the second network answers alone. Not where it no longer answers."""
    base = training.base
    if base is None:
        return {}
    before, now = (each.get("speaks_for", {}) for each in (_second(base), card.second))
    if training.recipe["training"].get("outputs_only"):
        kept = set(training.labels) - (set(before) - set(now))
    else:
        kept = {label for label, share in now.items() if share == 1}
    return {tag: at for tag, at in base.card.get("thresholds", {}).items() if tag in kept}


def _second(base: ModelVersion) -> dict[str, Any]:
    second: dict[str, Any] = base.card.get("second") or {}
    return second


def _kept_calibration(training: Training, card: ModelCard) -> dict[str, Any]:
    """Where too few clips could say what scores mean, and they mean what they meant."""
    base = training.base if _fixed_thresholds(training, card) else None
    return dict(base.card.get("calibration") or {}) if base else {}


def _device(training: Training) -> Device:
    from ml.runtime import choose_device

    wanted = training.wanted_device
    device = choose_device(settings.DEVICE if wanted == "auto" else wanted)
    training.device = str(device.torch_device)
    training.device_reason = device.reason[:255]
    training.save(update_fields=["device", "device_reason"])
    announce_device(training.device, training.device_reason)
    note(training, f"on {training.device}: {device.reason}")
    return device


def _evaluate(
    training: Training,
    weights: Path,
    data: TrainingData,
    run: Path,
    device: Device,
    watch: Watch,
    new_tags: dict[str, NewLabel],
) -> Path:
    """Thresholds, figures of the candidate and of the active model on the same clips, half size."""
    from ml.checkpoints import load_model, save_model
    from ml.export import keep_second, make_release

    watch.tell("judging")
    model = load_model(weights)
    if training.base is not None:
        base = load_model(training.base.weights.path)
        model = keep_second(
            *(model, base, data.train, data.validation, device.torch_device), callbacks=watch
        )
    release = make_release(
        model,
        data.validation,
        data.test,
        device.torch_device,
        callbacks=watch,
        fixed_thresholds=_fixed_thresholds(training, model.card)
        | {tag: one.threshold for tag, one in new_tags.items()},
    )
    card = dataclasses.replace(
        release.card,
        calibration=release.card.calibration or _kept_calibration(training, release.card),
        metrics=release.card.metrics | _active_figures(data, release.scores, device, watch),
        data=training.data,
        provenance=release.card.provenance | _origin(training),
    )
    card = save_model(run / CANDIDATE, release.network, card, release.second)
    _share_int8(training.base, run / CANDIDATE, card)
    return run / CANDIDATE


def _share_int8(base: ModelVersion | None, candidate: Path, card: ModelCard) -> None:
    """A candidate with its base's trunk hears with the same 8-bit copy: as fast, and alike."""
    from ml.runtime import share_int8

    if base and trunk_of(base) == trunk_sha256(candidate):
        share_int8(Path(base.weights.path), base.sha256, candidate, card.sha256)


def _active_figures(
    data: TrainingData, scores: dict[str, Any], device: Device, watch: Watch
) -> dict[str, Any]:
    """What the active model reaches on the same clips, and the two compared clip by clip."""
    from ml.checkpoints import load_model
    from ml.evaluation import evaluate_splits

    active = active_model()
    if active is None:
        return {}
    splits = [data.validation, *([data.test] if data.test else [])]
    model = load_model(active.weights.path)
    figures = evaluate_splits(
        model, splits, device.torch_device, callbacks=watch, other_scores=scores
    )
    return {"active": {"name": active.name, "sha256": active.sha256, **figures}}


def _origin(training: Training) -> dict[str, Any]:
    base = training.base
    return {
        "training": str(training.pk),
        "ended": timezone.now().isoformat(timespec="seconds"),
        "base": {"name": base.name, "sha256": base.sha256} if base else None,
    }


def _licence(training: Training) -> str:
    """A model inherits the terms of what it was made from."""
    terms = [training.base.card.get("licence", "")] if training.base else []
    if training.folder:
        terms.append(f"{training.folder}: the terms of that data set")
    return "; ".join(term for term in terms if term) or "the terms of the tracks it has learnt from"


def _of_new_tag(tag: str, found: NewLabel) -> str:
    verdicts = found.accepted + found.rejected
    how = f"ROC-AUC {found.roc_auc:.3f}" if found.roc_auc is not None else "no evidence yet"
    common = f", on {found.prior:.0%} of the library" if found.prior is not None else ""
    return f"{tag}: {how}, cross-validated over {verdicts} verdicts{common}"


def _summary(training: Training, data: TrainingData) -> str:
    facts = data.facts
    return (
        f"{facts['train_clips']} clips to learn from, {facts['validation_clips']} to judge by, "
        f"{facts['accepted']} accepted and {facts['rejected']} rejected tags, "
        f"{len(training.labels)} labels"
    )
