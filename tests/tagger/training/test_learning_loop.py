"""Real workers, real music: what people say becomes a model that predicts it, which is compared,
promoted, heard by and rolled back from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pytest

from ml.sample.instruments import RATE, piano, strings
from tagger.analysis.reanalysis import advance_all, analyse_sample
from tagger.analysis.stale import stale_tracks
from tagger.feedback.verdicts import give_verdict
from tagger.models import (
    Activation,
    Job,
    ModelVersion,
    Reanalysis,
    Tag,
    Track,
    Training,
    User,
    Verdict,
)
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tagger.registry.compare_library import library_comparison
from tagger.registry.promotion import concerns_about, promote, roll_back
from tagger.tags.effective import active_model
from tagger.tags.vocabulary_actions import add_tag
from tagger.training.manage import start_training
from tagger.training.options import default_choices
from tests.audio_factory import write
from tests.standin import standin
from tests.tagger.conftest import token_client
from tests.tagger.jobs.test_worker import upload, wait_for
from tests.web import rows
from tests.web.browser.worker import worker

from .training_rows import SALT, sounding

WEB = Job.Trigger.WEB
INFERENCE = "--pool solo --queues inference,bulk,maintenance,checks"
LEARNING = "--pool prefork --concurrency 1 --max-tasks-per-child 1 --queues training"
# Of each kind: so many are labelled, so many are the library that the model is asked about.
LABELLED, ASKED = 15, 3
# Six seconds of a clip of 32 kbit/s.
BYTES = 24_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]


class Sound(NamedTuple):
    path: Path
    chorale: bool


@pytest.fixture
def sounds(tmp_path: Path) -> list[Sound]:
    """Chorales and other music by turns; without the stand-in, strings and a piano for them."""
    count = LABELLED + ASKED
    folder = standin()
    if folder is None:
        return [played(tmp_path, k) for k in range(2 * count)]
    chorales, others = clips(folder, "rendered", count), clips(folder, "recorded", count)
    pairs = zip(chorales, others, strict=True)
    return [Sound(beginning(path, tmp_path), path in chorales) for pair in pairs for path in pair]


def played(folder: Path, number: int) -> Sound:
    """Three seconds of a broken chord, on another note than the one before."""
    player, note = (strings, piano)[number % 2], 48 + number % 17
    tones = [player(note + step, 1.0)[:RATE] for step in (0, 4, 7)]
    wave = np.concatenate(tones)[None].astype(np.float32)
    path = write(folder / f"{number}.wav", wave / (2 * np.abs(wave).max()), RATE)
    return Sound(path, chorale=player is strings)


def clips(folder: Path, kind: str, count: int) -> list[Path]:
    """From all over the stand-in: those of one instrument or source lie beside each other."""
    with (folder / "clips.tsv").open(encoding="utf-8") as table:
        rows = csv.DictReader(table, delimiter="\t")
        paths = [folder / "mp3" / row["mp3_path"] for row in rows if row["kind"] == kind]
    return paths[:: len(paths) // count][:count]


def beginning(clip: Path, folder: Path) -> Path:
    short = folder / clip.name
    short.write_bytes(clip.read_bytes()[:BYTES])
    return short


@pytest.fixture
def boss(transactional_db: None, settings: Any, tmp_path: Path) -> User:
    settings.TRAINING_DATA = []
    ensure_vocabulary()
    ensure_model()
    return rows.person("boss", is_staff=True)


@pytest.fixture
def log(boss: User, scratch_media: Path, tmp_path: Path) -> Iterator[Path]:
    """What the inference worker says; the training worker has a log of its own."""
    here = {"TONEMARK_DATA_DIR": str(tmp_path), "TONEMARK_TRAINING_DATA": ""}
    log = tmp_path / "hearing.log"
    learning = worker(tmp_path / "learning.log", LEARNING, **here)
    with worker(log, INFERENCE, **here), learning:
        yield log


def test_what_people_say_of_music_is_learnt_promoted_and_rolled_back(
    boss: User, sounds: list[Sound], log: Path
) -> None:
    chorale = add_tag("chorale", Tag.Group.GENRE)
    labelled(boss, chorale, sounds[: 2 * LABELLED])
    asked = uploaded(boss, sounds[2 * LABELLED :], log)
    corrected = Track.objects.filter(pk__in=asked, track_tags__isnull=False).order_by("pk")[0]
    wrong = corrected.track_tags.all()[0].tag
    give_verdict(boss, corrected, wrong, Verdict.Answer.REJECTED)
    give_verdict(boss, corrected, Tag.objects.get(name="sitar"), Verdict.Answer.ACCEPTED)
    former, before = active_model(), shown()
    verdicts = list(Verdict.objects.order_by("pk").values())
    assert former is not None

    candidate = trained(boss, log)
    assert candidate.labels == [*former.labels, "chorale"]
    assert average_precision(candidate, "chorale") > 0.9
    analysed(analyse_sample(candidate, by=boss, trigger=WEB, size=2 * ASKED - 2), log)
    assert shown() == before
    compared = library_comparison(candidate, former, boss)
    assert compared is not None
    assert any(change.gained for change in compared.tags if change.tag == chorale)

    wait_for(lambda: ModelVersion.objects.get(pk=candidate.pk).smoke is not None, log)
    candidate.refresh_from_db()
    assert [concern.code for concern in concerns_about(candidate)] == ["not-comparable-candidate"]
    switched(promote(candidate, by=boss, trigger=WEB, reason="It knows chorales"), log)
    # The comparison has tagged the whole library from what was kept of it.
    assert not stale_tracks(candidate).exists()
    after = shown()
    right = [("chorale" in after[pk]) == is_chorale for pk, is_chorale in asked.items()]
    assert sum(right) >= len(right) - 1
    assert "sitar" in after[corrected.pk]
    assert wrong.name not in after[corrected.pk]

    switched(roll_back(candidate, by=boss, trigger=WEB), log)
    assert shown() == before
    assert list(Verdict.objects.order_by("pk").values()) == verdicts
    assert active_model() == former


def labelled(boss: User, chorale: Tag, sounds: list[Sound]) -> None:
    for number, sound in enumerate(sounds):
        track = sounding(boss, sound.path.stem, sound.path, f"{SALT}{number}")
        answer = Verdict.Answer.ACCEPTED if sound.chorale else Verdict.Answer.REJECTED
        give_verdict(boss, track, chorale, answer)


def uploaded(boss: User, sounds: list[Sound], log: Path) -> dict[UUID, bool]:
    """The tracks, analysed by the active model, and whether each is a chorale."""
    api = token_client(boss)
    asked = {UUID(upload(api, sound.path)["track"]["id"]): sound.chorale for sound in sounds}
    tagged = Track.objects.filter(pk__in=asked, state=Track.State.TAGGED)
    wait_for(lambda: tagged.count() == len(asked), log)
    return asked


def trained(boss: User, log: Path) -> ModelVersion:
    training = start_training(default_choices(), by=boss, trigger=WEB)

    def ended() -> bool:
        job = Job.objects.get(pk=training.job_id)
        assert job.state != Job.State.FAILED, job.error_detail
        return job.state == Job.State.SUCCEEDED

    wait_for(ended, log.with_name("learning.log"))
    made = Training.objects.get(pk=training.pk).model
    assert made is not None
    return made


def average_precision(version: ModelVersion, tag: str) -> float:
    """On the labelled tracks that were held out."""
    figures = version.card["metrics"]["validation"]["per_tag"]
    return next(float(row["average_precision"]) for row in figures if row["tag"] == tag)


def shown() -> dict[UUID, set[str]]:
    tracks = Track.objects.prefetch_related("track_tags__tag")
    return {track.pk: {row.tag.name for row in track.track_tags.all()} for track in tracks}


def analysed(run: Reanalysis, log: Path) -> None:
    """The clock that keeps reanalyses going in an installation is this test's here."""

    def ended() -> bool:
        advance_all()
        job = Job.objects.get(pk=run.pk)
        assert not Job.objects.filter(parent=job, state=Job.State.FAILED).exists()
        return job.state == Job.State.SUCCEEDED

    wait_for(ended, log)


def switched(change: Activation, log: Path) -> None:
    def ended() -> bool:
        return Activation.objects.get(pk=change.pk).switched_at is not None

    wait_for(ended, log)
