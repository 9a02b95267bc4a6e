"""The smoke test of a model version: in a process of its own, since the model may be anybody's.

What it may take of memory and time is bounded there (`ml.commands.check`), and however it ends, the
worker goes on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import JobWatch
from tagger.models import Job, ModelVersion
from tagger.models.analysis import EMBEDDING_SIZE

# How soon a cancelled check ends.
LOOK_EVERY = 0.5  # seconds
# The child's own exit codes: no problem, problems, cannot be loaded.
ANSWERS = (0, 1, 2)


def check_model(job: Job) -> None:
    """Run a claimed job: the result stands on the version, for the page and for the gate."""
    version = job.model
    if version is None:
        lifecycle.fail(job, code="no-model", detail="The model this job belongs to is gone.")
        return
    with heartbeat(job) as stop:
        result = _check(version, stop)
        if result is None:
            JobWatch(job, stop).left_off()
            return
        version.smoke = result | {"at": timezone.now().isoformat()}
        version.save(update_fields=["smoke"])
        lifecycle.succeed(job)


def _check(version: ModelVersion, stop: Event) -> dict[str, Any] | None:
    """None: stopped before it had an answer."""
    command = [sys.executable, "-m", "ml", "check", version.weights.path, "--json"]
    child = subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    with child:
        while True:
            with suppress(subprocess.TimeoutExpired):
                answer, _nothing = child.communicate(timeout=LOOK_EVERY)
                break
            if stop.is_set():
                child.kill()
                return None
    if child.returncode not in ANSWERS:
        return {
            "sounds": [],
            "problems": [_("Its check took too much memory or time and was ended.")],
        }
    found = json.loads(answer)
    # Where the files lie here is nobody's business.
    place = f"{Path(version.weights.path).parent}{os.sep}"
    problems = [problem.replace(place, "") for problem in found["problems"]]
    if found["sounds"] and found["embedding_size"] != EMBEDDING_SIZE:
        problems.append(
            _("Its embeddings have %(found)d numbers; tracks are compared by %(needed)d.")
            % {"found": found["embedding_size"], "needed": EMBEDDING_SIZE}
        )
    return {"sounds": found["sounds"], "problems": problems}
