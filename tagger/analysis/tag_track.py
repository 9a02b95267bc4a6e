"""The work of inference jobs: analyse tracks and record the analyses."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from typing import TYPE_CHECKING

from ml.audio import AudioError
from ml.checkpoints import WeightsError
from ml.runtime import DeviceError
from tagger.jobs import lifecycle
from tagger.jobs.attempt import to_its_end
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import Reporter
from tagger.jobs.workers import announce_worker
from tagger.models import Job, ModelVersion, Track
from tagger.platform.log_context import job_context
from tagger.platform.storage.local import on_this_machine
from tagger.tags.effective import active_model
from tagger.uploads.ingest import limits

from .fill_activations import keep_alone
from .reanalysis import advancing_parent
from .record import record_analysis
from .short_tracks import TOGETHER, ShortTracks, is_short
from .tempo_key import request_music_after

if TYPE_CHECKING:
    from ml.inference import Analysis as Prediction
    from ml.inference import Request, Tagger

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0


def tag_track(job: Job, *, in_between: bool = False) -> None:
    """Run a claimed job to its end; every way out leaves a row that says what happened.

    It analyses with the model the job names, or with the active one. Where its track is short, jobs
    of other short tracks that wait are claimed and run with it: see ShortTracks. `in_between`: a
    long track waits meanwhile.
    """
    track, model = job.track, job.model or active_model()
    if track is None or model is None:
        lifecycle.fail(
            job, code="no-model", detail="No model is active. Ask an admin to activate one."
        )
        return
    from .tagger_cache import loaded_tagger

    try:
        tagger = loaded_tagger(model)
    except (WeightsError, DeviceError) as error:
        lifecycle.fail(job, code=fault_code(error), detail=str(error))
        return
    announce_worker(tagger)
    _tag(ShortTracks(job, track, model, _request, going_on=not in_between), model, tagger)


def _tag(tracks: ShortTracks, model: ModelVersion, tagger: Tagger) -> None:
    with closing(tagger.analyse_all(tracks.requests())) as outcomes, tracks:
        for job, track in tracks:
            with job_context(str(job.pk)), advancing_parent(job), to_its_end(job):
                _finish(job, track, model, next(outcomes))


def _request(job: Job, track: Track) -> Request:
    from ml.inference import Request

    reporter = Reporter(job, brief=is_short(track))
    reporter("decoding", 0.0, None)
    is_long = bool(track.duration and track.duration > TOGETHER)
    return Request(
        on_this_machine(track.file),
        limits=limits(),
        on_progress=LettingOthersThrough(reporter) if is_long else reporter,
        should_stop=lambda: reporter.stop,
    )


class LettingOthersThrough:
    """Reports how far a long track is, and analyses short uploads that wait between its batches.

    After each it goes on by a batch, so that it also ends where uploads never do.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._next = 0.0

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        self._reporter(stage, done, total)
        # Before the first batch nothing has been decoded, and a damaged file is said to be at once.
        if stage == "decoding" or time.monotonic() < self._next or self._reporter.stop:
            return
        if short := lifecycle.claim_short_upload(shorter_than=TOGETHER):
            with heartbeat(self._reporter.job):
                _analyse_in_between(short)
        else:
            self._next = time.monotonic() + LOOK_EVERY


def _analyse_in_between(short: Job) -> None:
    """What goes wrong with it stands in its own row and in the log; the long track goes on."""
    logger.info("job %s is let through", short.pk)
    try:
        with job_context(str(short.pk)), advancing_parent(short), to_its_end(short):
            tag_track(short, in_between=True)
    except Exception:
        logger.exception("job %s, which was let through, has failed", short.pk)


def _finish(job: Job, track: Track, model: ModelVersion, outcome: Prediction | Exception) -> None:
    from ml.inference import Cancelled

    match outcome:
        case AudioError():
            lifecycle.fail(job, code=outcome.code, detail=str(outcome))
        case Cancelled():
            lifecycle.end_cancelled(job)
        case FileNotFoundError():
            lifecycle.fail(
                job, code="file-missing", detail="The stored file of this track is missing."
            )
        case Exception():
            raise outcome
        case _:
            _record(job, track, model, outcome)


def _record(job: Job, track: Track, model: ModelVersion, prediction: Prediction) -> None:
    if not lifecycle.is_mine(job):
        logger.warning("it was taken over by another worker, which writes what it finds")
        return
    if job.kind == Job.Kind.KEEP_ACTIVATIONS:
        keep_alone(job, track, model, prediction)
        return
    try:
        record_analysis(track, model, prediction)
    except Track.DoesNotExist:
        logger.info("track %s was deleted while it was being heard", track.pk)
    else:
        # First, so that a page that sees the tags waits for tempo and key as well.
        request_music_after(job, track)
        lifecycle.succeed(job, seconds=prediction.duration)


def fault_code(error: WeightsError | DeviceError) -> str:
    """The job's error code when the network cannot be had."""
    return "model-damaged" if isinstance(error, WeightsError) else "device-unusable"
