"""A library that is changed from all sides while it is heard stays whole."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tagger.feedback.verdicts import give_verdict, withdraw_verdict
from tagger.library.trash import delete_track, purge_track, restore_track
from tagger.models import Analysis, Job, ModelVersion, Tag, Track, User, Verdict
from tagger.operations.integrity.check import Checked, check
from tagger.registry.promotion import NothingToGoBackToError, promote, roll_back
from tagger.registry.versions import activate_model, install_model
from tagger.tags.effective import active_model
from tagger.tasks import run_job
from tagger.uploads.ingest import ingest
from tests.tagger.conftest import scratch_media, sent
from tests.web import rows

from .client import clip
from .extent import IN_FULL
from .protocol import Protocol
from .test_hostile_uploads import small_model

__all__ = ["scratch_media", "sent"]

TRACKS = 300 if IN_FULL else 8
# By each of those who change something.
CHANGES = 1_000 if IN_FULL else 15
WORKERS = 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3_600 if IN_FULL else 300),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sent"),
]


@pytest.fixture
def models(tmp_path: Path, settings: Any) -> list[ModelVersion]:
    """Two that tag alike little, of which one is active."""
    settings.MUSIC_ANALYSIS = False
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made.append(install_model(small_model(tmp_path / name)))
    activate_model(made[0])
    return made


def test_promoting_deleting_and_judging_race_with_hearing(
    owner: User, models: list[ModelVersion], tmp_path: Path, protocol: Protocol
) -> None:
    judge = rows.person("judge")
    ended, done = Event(), Counter[str]()
    with ThreadPoolExecutor(WORKERS + 4) as pool:
        hearing = [pool.submit(alone, hear, ended) for _ in range(WORKERS)]
        changing = [
            pool.submit(alone, upload, tmp_path, owner, done),
            pool.submit(alone, repeat, swap_models, models, owner, done),
            pool.submit(alone, repeat, throw_away, done),
            pool.submit(alone, repeat, speak, judge, done),
        ]
        try:
            for change in changing:
                change.result()
        finally:
            ended.set()
        for worker in hearing:
            worker.result()
    open_jobs = Job.objects.filter(state__in=Job.OPEN_STATES).count()
    faults = [fault.kind for fault in check(timezone.now(), Checked()) if fault]
    unheard = Track.objects.filter(deleted_at=None).exclude(state=Track.State.TAGGED).count()
    pairs = Analysis.objects.values_list("track", "model")
    twice = len(pairs) - len(set(pairs))
    said = ", ".join(f"{name} {number:,}" for name, number in sorted(done.items()))
    protocol.row(
        f"{TRACKS:,} tracks heard by {WORKERS} workers while people changed things: {said}",
        lost=unheard + len(faults),
        twice=twice,
        stuck=open_jobs,
    )
    assert (faults, unheard, twice, open_jobs) == ([], 0, 0, 0)
    assert set(Job.objects.values_list("state", flat=True)) <= {"succeeded", "cancelled"}
    assert ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).count() == 1


def alone(work: Callable[..., None], *arguments: Any) -> None:
    """In a thread with a connection of its own."""
    try:
        work(*arguments)
    finally:
        connection.close()


def upload(folder: Path, owner: User, done: Counter[str]) -> None:
    library = owner.personal_library
    for number in range(TRACKS):
        song = clip(folder / f"{number}.wav", number, seconds=1.5)
        ingest(song, song.name, library=library, by=owner, trigger=Job.Trigger.API)
        done["uploaded"] += 1


def hear(ended: Event) -> None:
    """Like a worker: one job after the other, until nobody asks for anything any more."""
    while True:
        last = ended.is_set()
        waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("created_at")
        jobs = [str(pk) for pk in waiting.values_list("pk", flat=True)[:5]]
        for job in random.sample(jobs, len(jobs)):
            run_job(job)
        if not jobs:
            if last and not Job.objects.filter(state__in=Job.OPEN_STATES).exists():
                return
            ended.wait(0.05)


def repeat(change: Callable[..., str], *arguments: Any) -> None:
    """Spread over the time in which tracks come in."""
    *others, done = arguments
    for number in range(CHANGES):
        while done["uploaded"] <= number * TRACKS // CHANGES:
            time.sleep(0.01)
        with gone():
            done[change(*others, random.Random(number))] += 1


@contextmanager
def gone() -> Iterator[None]:
    """What somebody else has deleted, or promoted, in this moment is no fault."""
    with suppress(Track.DoesNotExist, NothingToGoBackToError):
        yield


def swap_models(models: list[ModelVersion], owner: User, chance: random.Random) -> str:
    active = active_model()
    assert active is not None
    if chance.random() < 0.5:
        roll_back(active, by=owner, trigger=Job.Trigger.API)
        return "rolled back"
    (other,) = (model for model in models if model != active)
    promote(other, by=owner, trigger=Job.Trigger.API, reason="a race")
    return "promoted"


def some_track(chance: random.Random) -> Track:
    tracks = list(Track.objects.order_by("created_at"))
    if not tracks:
        raise Track.DoesNotExist
    return chance.choice(tracks)


def throw_away(chance: random.Random) -> str:
    track = some_track(chance)
    if track.deleted_at is None:
        delete_track(track)
        return "thrown away"
    if chance.random() < 0.7:
        restore_track(track, trigger=Job.Trigger.API)
        return "restored"
    purge_track(track)
    return "deleted for good"


def speak(judge: User, chance: random.Random) -> str:
    track, tag = some_track(chance), chance.choice(list(Tag.objects.order_by("name")[:5]))
    if chance.random() < 0.3:
        withdraw_verdict(judge, track, tag)
        return "withdrawn"
    give_verdict(judge, track, tag, chance.choice(list(Verdict.Answer)))
    return "judged"
