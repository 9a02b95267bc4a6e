"""The work of one inference job: hear the track and record what was heard."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ml.audio import AudioError
from ml.card import WeightsError
from ml.device import DeviceError

from ..models import Job, ModelVersion, Track
from ..storage import on_this_machine
from . import jobs
from .effective_tags import active_model
from .ingest import limits
from .music import request_music
from .record_analysis import record_analysis
from .reporting import Reporter
from .workers import announce_worker

if TYPE_CHECKING:
    from ml.inference import Analysis as Heard

logger = logging.getLogger(__name__)


def tag_track(job: Job) -> None:
    """Run a claimed job to its end; every way out leaves a row that says what happened.

    It hears with the model the job names, or with the active one.
    """
    track, model = job.track, job.model or active_model()
    if track is None or model is None:
        jobs.fail(job, code="no-model", detail="No model is active. Ask an admin to activate one.")
        return
    from ml.inference import Cancelled

    try:
        heard = _hear(job, track, model)
    except AudioError as error:
        jobs.fail(job, code=error.code, detail=str(error))
    except Cancelled:
        jobs.end_cancelled(job)
    except FileNotFoundError:
        jobs.fail(job, code="file-missing", detail="The stored file of this track is missing.")
    except (WeightsError, DeviceError) as error:
        jobs.fail(job, code=fault_code(error), detail=str(error))
    else:
        _record(job, track, model, heard)


def fault_code(error: WeightsError | DeviceError) -> str:
    """The job's error code when the network cannot be had."""
    return "model-damaged" if isinstance(error, WeightsError) else "device-unusable"


def _record(job: Job, track: Track, model: ModelVersion, heard: Heard) -> None:
    try:
        record_analysis(track, model, heard)
    except Track.DoesNotExist:
        logger.info("track %s was deleted while it was being heard", track.pk)
    else:
        # First, so that a page that sees the tags waits for tempo and key as well.
        request_music(track, trigger=Job.Trigger(job.trigger))
        jobs.succeed(job)


def _hear(job: Job, track: Track, model: ModelVersion) -> Heard:
    from ..hearing import loaded_tagger

    tagger = loaded_tagger(model)
    announce_worker(tagger)
    reporter = Reporter(job)
    with on_this_machine(track.file) as path:
        return tagger.analyse(
            path,
            limits=limits(),
            on_progress=reporter,
            should_stop=lambda: reporter.stop,
        )
