"""The smoke test of a model version: done by a worker, since it takes the network itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ml.checkpoints import WeightsError
from ml.runtime import DeviceError
from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion
from tagger.models.analysis import EMBEDDING_SIZE

from .tag_track import fault_code


def check_model(job: Job) -> None:
    """Run a claimed job: the result stands on the version, for the page and for the gate."""
    version = job.model
    if version is None:
        lifecycle.fail(job, code="no-model", detail="The model this job belongs to is gone.")
        return
    try:
        result = _check(version)
    except DeviceError as error:
        lifecycle.fail(job, code=fault_code(error), detail=str(error))
        return
    version.smoke = result | {"at": timezone.now().isoformat()}
    version.save(update_fields=["smoke"])
    lifecycle.succeed(job)


def _check(version: ModelVersion) -> dict[str, Any]:
    """Not with the tagger that is kept warm: this one is used once."""
    from ml.inference import smoke_test

    from .tagger_cache import load_tagger

    try:
        found = smoke_test(load_tagger(Path(version.weights.path)))
    except WeightsError as error:
        return {"sounds": [], "problems": [str(error)]}
    problems = list(found.problems)
    if found.embedding_size != EMBEDDING_SIZE:
        problems.append(
            _("Its embeddings have %(found)d numbers; tracks are compared by %(needed)d.")
            % {"found": found.embedding_size, "needed": EMBEDDING_SIZE}
        )
    return {"sounds": found.sounds, "problems": problems}
