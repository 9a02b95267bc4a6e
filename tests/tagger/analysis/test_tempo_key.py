from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from tagger.analysis import tempo_key
from tagger.jobs import lifecycle
from tagger.library.trash import delete_track, purge_track, restore_track
from tagger.models import Job, MusicKey, Track, User
from tests.web import rows

from .deaf_tagger import every_model_says

WEB, KIND = Job.Trigger.WEB, Job.Kind.ANALYSE_MUSIC


@pytest.fixture
def analysed(owner: User, melody: Path) -> Track:
    made = rows.track(owner)
    with melody.open("rb") as content:
        made.file.save("melody.flac", File(content))
    return rows.analysed(made)


def measure(track: Track) -> Job:
    asked = tempo_key.request_music(track, trigger=WEB)
    assert asked is not None
    claimed = lifecycle.claim(str(asked.pk))
    assert claimed is not None
    tempo_key.analyse_track_music(claimed)
    track.refresh_from_db()
    claimed.refresh_from_db()
    return claimed


def test_tempo_and_key_are_recorded(analysed: Track) -> None:
    assert measure(analysed).state == Job.State.SUCCEEDED
    assert analysed.music_state == Track.MusicState.ANALYSED
    assert analysed.bpm == pytest.approx(120, rel=0.02)
    assert analysed.key in MusicKey.values
    assert 0 < (analysed.key_confidence or 0) <= 1


def test_its_queue_is_not_the_one_of_uploads(analysed: Track) -> None:
    asked = tempo_key.request_music(analysed, trigger=WEB)
    assert asked is not None
    assert asked.queue == "analysis"


def test_what_is_known_or_asked_for_is_not_asked_again(analysed: Track) -> None:
    assert tempo_key.request_music(analysed, trigger=WEB) is not None
    assert tempo_key.request_music(analysed, trigger=WEB) is None
    Job.objects.all().delete()
    Track.objects.update(music_state=Track.MusicState.ANALYSED, loudness=-9.5, true_peak=-1.0)
    assert tempo_key.request_music(analysed, trigger=WEB) is None


def test_what_was_measured_before_loudness_was_is_measured_anew(analysed: Track) -> None:
    Track.objects.update(music_state=Track.MusicState.ANALYSED, bpm=90.0)
    assert tempo_key.catch_up_on_music() == 1
    queued = Job.objects.get(kind=KIND)
    assert tempo_key.catch_up_on_music() == 0
    claimed = lifecycle.claim(str(queued.pk))
    assert claimed is not None
    tempo_key.analyse_track_music(claimed)
    analysed.refresh_from_db()
    assert analysed.loudness == pytest.approx(-20, abs=15)
    assert (analysed.true_peak or 9) < 1
    assert tempo_key.catch_up_on_music() == 0


def test_one_that_cannot_be_measured_any_more_keeps_its_tempo_and_is_not_asked_again(
    song: Track,
) -> None:
    Track.objects.update(music_state=Track.MusicState.ANALYSED, bpm=90.0)
    assert measure(song).state == Job.State.FAILED
    assert song.bpm == 90.0
    assert tempo_key.catch_up_on_music() == 0


def test_it_can_be_switched_off(analysed: Track, settings: Any) -> None:
    settings.MUSIC_ANALYSIS = False
    assert tempo_key.request_music(analysed, trigger=WEB) is None
    with pytest.raises(CommandError, match="TONEMARK_MUSIC_ANALYSIS"):
        call_command("analyse_music")


def test_a_file_that_cannot_be_measured_leaves_the_tags_alone(song: Track) -> None:
    job = measure(song)
    assert (job.state, job.error_code) == (Job.State.FAILED, "not-audio")
    assert song.music_state == Track.MusicState.FAILED
    assert song.state == Track.State.TAGGED
    assert song.track_tags.exists()


def test_a_cancelled_search_ends(analysed: Track) -> None:
    asked = tempo_key.request_music(analysed, trigger=WEB)
    assert asked is not None
    claimed = lifecycle.claim(str(asked.pk))
    assert claimed is not None
    lifecycle.cancel(claimed)
    tempo_key.analyse_track_music(claimed)
    claimed.refresh_from_db()
    assert claimed.state == Job.State.CANCELLED


def test_a_track_deleted_meanwhile_is_no_error(analysed: Track) -> None:
    asked = tempo_key.request_music(analysed, trigger=WEB)
    assert asked is not None
    claimed = lifecycle.claim(str(asked.pk))
    assert claimed is not None
    delete_track(analysed)
    purge_track(analysed)
    tempo_key.analyse_track_music(claimed)
    assert not Job.objects.exists()


def test_what_a_deletion_has_stopped_is_looked_for_after_all(analysed: Track) -> None:
    asked = tempo_key.request_music(analysed, trigger=WEB)
    assert asked is not None
    delete_track(analysed)
    assert tempo_key.catch_up_on_music() == 0
    restore_track(analysed, trigger=WEB)
    assert tempo_key.catch_up_on_music() == 1
    assert not Job.objects.filter(kind=Job.Kind.TAG_TRACK).exists()


def test_tracks_from_before_are_caught_up_with_a_few_at_a_time(owner: User) -> None:
    made = [rows.analysed(rows.track(owner)) for _ in range(5)]
    rows.track(owner)  # not analysed yet: its turn comes after its tags
    assert tempo_key.catch_up_on_music(2) == 2
    assert tempo_key.catch_up_on_music(2) == 0  # they wait still
    asked = Job.objects.filter(kind=KIND)
    assert set(asked.values_list("track", flat=True)) == {made[0].pk, made[1].pk}
    asked.update(state=Job.State.FAILED)
    Track.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(music_state="failed")
    assert tempo_key.catch_up_on_music(2) == 2


def test_while_uploads_wait_for_their_tags_tempo_and_key_wait_too(
    analysed: Track, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tagger.analysis import tag_track

    every_model_says(lambda model: rows.prediction(model, {}), monkeypatch)
    first = lifecycle.claim(str(rows.job(analysed, Job.State.QUEUED).pk))
    other = rows.track(owner)
    Track.objects.filter(pk=other.pk).update(duration=3600.0)
    waiting = rows.job(other, Job.State.QUEUED)
    assert first is not None
    tag_track.tag_track(first)
    assert not Job.objects.filter(kind=KIND).exists()
    assert tempo_key.catch_up_on_music() == 0
    second = lifecycle.claim(str(waiting.pk))
    assert second is not None
    tag_track.tag_track(second)
    asked = Job.objects.filter(kind=KIND).values_list("track", flat=True)
    assert set(asked) == {analysed.pk, other.pk}


def test_each_that_is_measured_asks_for_the_next(analysed: Track, owner: User) -> None:
    later = rows.analysed(rows.track(owner))
    measure(analysed)
    assert Job.objects.filter(kind=KIND, state="queued").get().track == later


def test_the_command_asks_for_all(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (rows.analysed(rows.track(owner)) for _ in range(2))
    Track.objects.filter(pk=one.pk).update(music_state=Track.MusicState.FAILED)
    call_command("analyse_music")
    assert "Queued 1 track" in capsys.readouterr().out
    call_command("analyse_music", "--failed")
    assert set(Job.objects.values_list("track", flat=True)) == {one.pk, other.pk}


def test_tags_that_have_come_ask_for_tempo_and_key(
    analysed: Track,
    sent: list[str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    from tagger.analysis import tag_track

    every_model_says(lambda model: rows.prediction(model, {}), monkeypatch)
    claimed = lifecycle.claim(str(rows.job(analysed, Job.State.QUEUED).pk))
    assert claimed is not None
    with django_capture_on_commit_callbacks(execute=True):
        tag_track.tag_track(claimed)
    asked = Job.objects.get(kind=KIND)
    assert (asked.trigger, sent) == (Job.Trigger.WEB, [str(asked.pk)])
