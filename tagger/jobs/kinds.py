"""What is to be known of each kind of job, one row a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagger.models import Job
from tagger.platform.celery.queues import Queue

# A file may kill its worker; but power cuts may meet the same job too, and it must survive them.
MAX_ATTEMPTS = 10
# One that lacks memory works for long before it finds out, each time, and others wait behind it.
MAX_HEAVY_ATTEMPTS = 3


@dataclass(frozen=True)
class JobKind:
    """How jobs of one kind are run, and what is said when their workers die.

    `run` names the function that works a claimed job off: by its address, since it stands in a
    room above this one. `self_contained`: all that such a job needs to know stands in its own row,
    so that it can be retried without a track.
    """

    queue: Queue
    run: str
    max_attempts: int = MAX_ATTEMPTS
    self_contained: bool = False
    likely_cause: str = "The log of the worker may say why."


KINDS: Mapping[str, JobKind] = {
    Job.Kind.TAG_TRACK: JobKind(
        Queue.INFERENCE,
        "tagger.analysis.tag_track.tag_track",
        likely_cause="The file may be too large for this machine's memory, or damaged in an "
        "unusual way.",
    ),
    Job.Kind.ANALYSE_TRACK: JobKind(Queue.BULK, "tagger.analysis.tag_track.tag_track"),
    Job.Kind.KEEP_ACTIVATIONS: JobKind(Queue.BULK, "tagger.analysis.tag_track.tag_track"),
    Job.Kind.REANALYSE: JobKind(Queue.MAINTENANCE, "tagger.analysis.reanalysis.begin"),
    Job.Kind.RETAG: JobKind(Queue.MAINTENANCE, "tagger.analysis.retag.retag", self_contained=True),
    Job.Kind.ANALYSE_MUSIC: JobKind(
        Queue.ANALYSIS, "tagger.analysis.tempo_key.analyse_track_music"
    ),
    Job.Kind.DRAW_SPECTROGRAM: JobKind(
        Queue.SPECTROGRAM, "tagger.analysis.spectrograms.draw_track_spectrogram"
    ),
    Job.Kind.SCAN_FOLDER: JobKind(
        Queue.FOLDERS, "tagger.folders.scan.scan_folder", self_contained=True
    ),
    Job.Kind.WRITE_TAGS: JobKind(
        Queue.FOLDERS, "tagger.folders.write_back.write_tags", self_contained=True
    ),
    Job.Kind.READ_ALBUMS: JobKind(
        Queue.ANALYSIS, "tagger.albums.read.read_albums", self_contained=True
    ),
    Job.Kind.BULK: JobKind(Queue.MAINTENANCE, "tagger.library.bulk.run_bulk", self_contained=True),
    Job.Kind.DRAW_MAP: JobKind(
        Queue.MAINTENANCE, "tagger.library.map.draw_map", self_contained=True
    ),
    Job.Kind.TRAIN: JobKind(
        Queue.TRAINING,
        "tagger.training.run.run_training",
        max_attempts=MAX_HEAVY_ATTEMPTS,
        likely_cause="The machine may lack memory for this training, or was switched off. Try "
        "fewer clips, another recipe or another machine.",
    ),
    Job.Kind.CHECK_MODEL: JobKind(
        Queue.CHECKS,
        "tagger.analysis.smoke_check.check_model",
        max_attempts=MAX_HEAVY_ATTEMPTS,
        self_contained=True,
        likely_cause="The model may need more memory than the worker has.",
    ),
    Job.Kind.EVALUATE: JobKind(
        Queue.TRAINING,
        "tagger.registry.evaluation.evaluate",
        max_attempts=MAX_HEAVY_ATTEMPTS,
        self_contained=True,
        likely_cause="The model may need more memory than the worker has.",
    ),
    Job.Kind.SWITCH_TAGS: JobKind(Queue.MAINTENANCE, "tagger.registry.tag_switch.switch_tags"),
}


def kind_of(job: Job) -> JobKind:
    return KINDS[job.kind]
