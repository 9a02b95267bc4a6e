"""Jobs of short tracks that are run together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ml.audio.reading import AudioError, DecoderLost
from tagger.analysis import short_tracks
from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion, Track, User
from tagger.tasks import run_job
from tests.web import rows

from .deaf_tagger import every_model_says

pytestmark = pytest.mark.django_db

Say = Callable[..., None]


@pytest.fixture
def waiting(owner: User) -> list[Job]:
    """Three jobs of tracks of ten seconds, in the order in which they came."""
    rows.active_model()
    return [rows.job(rows.track(owner), Job.State.QUEUED) for _ in range(3)]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """What the network says of one file after the other; an exception in a list is raised."""

    def say(*outcomes: Any) -> None:
        left = list(outcomes)

        def one(model: ModelVersion) -> Any:
            outcome = left.pop(0) if left else rows.prediction(model, {"harp": 0.8})
            if isinstance(outcome, list):
                raise outcome[0]
            return outcome

        every_model_says(one, monkeypatch)

    return say


def states() -> list[str]:
    tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK).order_by("created_at")
    return list(tagging.values_list("state", flat=True))


def test_short_tracks_that_wait_are_analysed_together(waiting: list[Job], say: Say) -> None:
    say()
    run_job(str(waiting[0].pk))
    assert states() == ["succeeded"] * 3
    assert Track.objects.filter(state="tagged", analyses__isnull=False).count() == 3
    jobs = Job.objects.filter(kind="tag_track")
    heard = Track.objects.values_list("duration", flat=True)[0]
    assert set(jobs.values_list("attempts", "done", "total", "unit")) == {
        (1, heard, heard, "seconds")
    }


def test_what_was_analysed_with_another_is_not_analysed_again(waiting: list[Job], say: Say) -> None:
    say()
    run_job(str(waiting[1].pk))
    say([AssertionError("heard twice")])
    run_job(str(waiting[0].pk))
    assert states() == ["succeeded"] * 3


def test_a_file_that_cannot_be_analysed_fails_alone(waiting: list[Job], say: Say) -> None:
    say(AudioError("damaged", "The file is damaged."))
    run_job(str(waiting[0].pk))
    assert states() == ["failed", "succeeded", "succeeded"]
    waiting[0].refresh_from_db()
    assert waiting[0].error_code == "damaged"


def test_a_decoder_that_was_killed_costs_its_own_track_an_attempt(
    waiting: list[Job], say: Say
) -> None:
    say(DecoderLost())
    run_job(str(waiting[0].pk))
    assert states() == ["queued", "succeeded", "succeeded"]


def test_where_the_network_fails_the_rest_goes_back_to_the_queue(
    waiting: list[Job], say: Say
) -> None:
    say([RuntimeError("out of memory")])
    with pytest.raises(RuntimeError, match="out of memory"):
        run_job(str(waiting[0].pk))
    assert states() == ["failed", "queued", "queued"]
    assert [Job.objects.get(pk=job.pk).attempts for job in waiting] == [1, 0, 0]


def test_a_long_track_waits_for_its_turn(waiting: list[Job], say: Say) -> None:
    say()
    Track.objects.filter(jobs=waiting[1]).update(duration=60.0)
    run_job(str(waiting[0].pk))
    assert states() == ["succeeded", "queued", "succeeded"]


@pytest.fixture
def six(waiting: list[Job], owner: User) -> list[Job]:
    """Of a minute each, so that five are claimed at once."""
    waiting += [rows.job(rows.track(owner), Job.State.QUEUED) for _ in range(3)]
    Track.objects.update(duration=59.0)
    return waiting


def after_the_first(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    left = [happens]

    def one(model: ModelVersion) -> Any:
        if left:
            left.pop()()
        return rows.prediction(model, {"harp": 0.8})

    every_model_says(one, monkeypatch)


def test_no_more_than_five_minutes_are_claimed_at_once(
    six: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    after_the_first(
        monkeypatch, lambda: running.append(Job.objects.filter(state="running").count())
    )
    run_job(str(six[0].pk))
    assert running == [5]
    assert states() == ["succeeded"] * 6


def test_short_tracks_that_come_meanwhile_are_analysed_as_well(
    waiting: list[Job], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_the_first(monkeypatch, lambda: rows.job(rows.track(owner), Job.State.QUEUED))
    run_job(str(waiting[0].pk))
    assert states() == ["succeeded"] * 4


@pytest.mark.parametrize("what", ["a long track", "one that was tried before", "another model's"])
def test_what_else_waits_has_its_turn_before_more_are_claimed(
    six: list[Job], owner: User, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    other = rows.job(rows.track(owner), Job.State.QUEUED)
    if what == "a long track":
        two_hours(other)
    elif what == "one that was tried before":
        Job.objects.filter(pk=other.pk).update(attempts=1)
    else:
        Job.objects.filter(pk=other.pk).update(model=rows.candidate({}))
    every_model_says(lambda model: rows.prediction(model, {"harp": 0.8}), monkeypatch)
    run_job(str(six[0].pk))
    assert states() == ["succeeded"] * 5 + ["queued"] * 2


def test_uploads_have_their_turn_before_more_of_the_library_is_analysed(
    six: list[Job], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Job.objects.update(queue="bulk")
    after_the_first(monkeypatch, lambda: rows.job(rows.track(owner), Job.State.QUEUED))
    run_job(str(six[0].pk))
    assert states() == ["succeeded"] * 5 + ["queued"] * 2


def test_analyses_of_the_library_do_not_hold_up_uploads(
    six: list[Job], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = rows.job(rows.track(owner), Job.State.QUEUED)
    Job.objects.filter(pk=other.pk).update(queue="bulk")
    every_model_says(lambda model: rows.prediction(model, {"harp": 0.8}), monkeypatch)
    run_job(str(six[0].pk))
    assert states() == ["succeeded"] * 6 + ["queued"]


def test_no_more_are_claimed_for_a_model_that_is_no_longer_in_use(
    six: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    after_the_first(
        monkeypatch, lambda: ModelVersion.objects.update(state=ModelVersion.State.RETIRED)
    )
    run_job(str(six[0].pk))
    assert states() == ["succeeded"] * 5 + ["queued"]


def test_a_worker_that_is_told_to_end_claims_no_more(
    six: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    every_model_says(lambda model: rows.prediction(model, {"harp": 0.8}), monkeypatch)
    monkeypatch.setattr(short_tracks, "is_shutting_down", lambda: True)
    run_job(str(six[0].pk))
    assert states() == ["succeeded"] * 5 + ["queued"]


def test_those_whose_turn_has_not_come_keep_their_leases(
    waiting: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    renewed: list[int] = []

    def slowly(model: ModelVersion) -> Any:
        running = Job.objects.filter(state="running")
        renewed.append(running.filter(lease_until__gt=timezone.now()).count())
        running.update(lease_until=long_ago)
        return rows.prediction(model, {"harp": 0.8})

    every_model_says(slowly, monkeypatch)
    monkeypatch.setattr(short_tracks, "RENEW_EVERY", 0.0)
    run_job(str(waiting[0].pk))
    assert renewed == [3, 2, 1]
    assert states() == ["succeeded"] * 3


def test_jobs_of_other_queues_and_models_are_left_alone(waiting: list[Job], say: Say) -> None:
    say()
    candidate = rows.candidate({})
    Job.objects.filter(pk=waiting[1].pk).update(queue="bulk")
    Job.objects.filter(pk=waiting[2].pk).update(model=candidate)
    run_job(str(waiting[0].pk))
    assert states() == ["succeeded", "queued", "queued"]


def test_a_cancelled_job_is_not_taken_along(waiting: list[Job], say: Say) -> None:
    say()
    lifecycle.cancel(waiting[2])
    run_job(str(waiting[0].pk))
    assert states() == ["succeeded", "succeeded", "cancelled"]


def heard_in_order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of jobs, as they end."""
    ended: list[str] = []
    succeed = lifecycle.succeed

    def told(job: Job, **how: Any) -> bool:
        ended.append(str(job.pk))
        return succeed(job, **how)

    monkeypatch.setattr(lifecycle, "succeed", told)
    return ended


def two_hours(job: Job) -> str:
    Track.objects.filter(jobs=job).update(duration=7200.0)
    return str(job.pk)


def test_a_long_track_lets_short_uploads_through(
    waiting: list[Job], say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say()
    ended = heard_in_order(monkeypatch)
    run_job(two_hours(waiting[0]))
    assert ended == [str(waiting[n].pk) for n in (1, 2, 0)]
    assert states() == ["succeeded"] * 3


def test_a_long_track_goes_on_also_where_short_uploads_never_end(
    six: list[Job], owner: User, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say()
    ended = heard_in_order(monkeypatch)
    long = rows.job(rows.track(owner), Job.State.QUEUED)
    run_job(two_hours(long))
    assert ended == [*(str(job.pk) for job in six[:5]), str(long.pk)]
    assert states() == ["succeeded"] * 5 + ["queued", "succeeded"]


def test_a_long_analysis_of_the_library_lets_uploads_through_with_their_own_model(
    waiting: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = rows.candidate({})
    heard_by: list[str] = []

    def one(model: ModelVersion) -> Any:
        heard_by.append(model.name)
        return rows.prediction(model, {"harp": 0.8})

    every_model_says(one, monkeypatch)
    Job.objects.filter(pk=waiting[0].pk).update(
        kind=Job.Kind.ANALYSE_TRACK, queue="bulk", model=candidate
    )
    run_job(two_hours(waiting[0]))
    assert heard_by[-1] == candidate.name
    assert candidate.name not in heard_by[:2]
    assert set(Job.objects.filter(kind="tag_track").values_list("state", flat=True)) == {
        "succeeded"
    }


def test_a_long_track_does_not_wait_for_another(waiting: list[Job], say: Say) -> None:
    say()
    two_hours(waiting[1])
    run_job(two_hours(waiting[0]))
    assert states() == ["succeeded", "queued", "succeeded"]


def test_one_that_fails_in_between_costs_the_long_track_nothing(
    waiting: list[Job], say: Say
) -> None:
    say([RuntimeError("of its own")])
    lifecycle.cancel(waiting[2])
    run_job(two_hours(waiting[0]))
    assert states() == ["succeeded", "failed", "cancelled"]
