"""A worker that dies at a point of its own choosing, time and again, before one that lives on.

    python -m tests.faults.dying_worker KILLS [POINT]

says `killed POINT TRACK` of each death, at this point or at all of them in turn. Each life is
forked: the network is loaded once. At the point `standing` it does not die but stands still.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django
from django.db import connection

WORKER = "worker --pool solo --without-gossip --without-mingle --queues inference"


def die(point: str, track: object, by: signal.Signals = signal.SIGKILL) -> None:
    # Not by print(): the worker has made a logger of that.
    os.write(1, f"killed {point} {track}\n".encode())
    os.kill(os.getpid(), by)


def while_analysed(
    point: str, owner: type, method: str, by: signal.Signals = signal.SIGKILL
) -> None:
    """A track that is analysed for the first time has come as far as this method."""
    from celery.signals import task_prerun

    from tagger.models import Job

    passed = getattr(owner, method)
    begun: list[object] = []

    def begin(args: list[str], **_: Any) -> None:
        fresh = Job.objects.filter(pk=args[0], kind=Job.Kind.TAG_TRACK, attempts=0)
        begun[:] = fresh.values_list("track", flat=True)

    def passing(*arguments: Any) -> Any:
        answer = passed(*arguments)
        if begun:
            die(point, begun.pop(), by)
        return answer

    task_prerun.connect(begin, weak=False)
    setattr(owner, method, passing)


def while_decoded() -> None:
    """Its first block of sound has come, and the decoder waits for its reader."""
    from ml.audio.peaks import PeakMeter

    while_analysed("decoding", PeakMeter, "push")


def while_scored() -> None:
    """The network has answered, and nothing is written yet."""
    from ml.inference.tagger import Tagger

    while_analysed("tagging", Tagger, "score")


def while_scored_but_alive() -> None:
    from ml.inference.tagger import Tagger

    while_analysed("standing", Tagger, "score", signal.SIGSTOP)


def once_recorded() -> None:
    """The analysis is committed, the job's end is not."""
    from tagger.analysis import tag_track
    from tagger.analysis.tempo_key import request_music_after
    from tagger.models import Job, Track

    def recorded(job: Job, track: Track) -> None:
        if job.attempts == 1:
            die("recorded", track.pk)
        request_music_after(job, track)

    setattr(tag_track, "request_music_after", recorded)  # noqa: B010  it is not exported


def once_ended() -> None:
    """All is committed, and the message is still to be acknowledged."""
    from celery.signals import task_postrun

    from tagger.models import Job

    def ended(args: list[str], **_: Any) -> None:
        job = Job.objects.get(pk=args[0])
        if (job.kind, job.state) == (Job.Kind.TAG_TRACK, Job.State.SUCCEEDED):
            die("ended", job.track_id)

    task_postrun.connect(ended, weak=False)


POINTS: dict[str, Callable[[], None]] = {
    "decoding": while_decoded,
    "tagging": while_scored,
    "recorded": once_recorded,
    "ended": once_ended,
}
PAUSES: dict[str, Callable[[], None]] = {"standing": while_scored_but_alive}


def main(kills: int, point: str = "") -> None:
    django.setup()
    from tagger.analysis.tagger_cache import loaded_tagger
    from tagger.tags.effective import active_model
    from webapp.celery import app

    model = active_model()
    assert model
    loaded_tagger(model)
    connection.close()
    # Messages of the dead come again at once, not after the longest job.
    app.conf.broker_transport_options |= {"visibility_timeout": 4, "unacked_restore_interval": 1}
    for life in range(kills + 1):
        if child := os.fork():
            os.waitpid(child, os.WUNTRACED)
            continue
        if life < kills:
            (POINTS | PAUSES)[point or list(POINTS)[life % len(POINTS)]]()
        app.worker_main(WORKER.split())


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
