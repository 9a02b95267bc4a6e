from __future__ import annotations

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tagger.library.rows import rows as library_rows
from tagger.models import Job, Track, User

from . import rows

SCRIPT = {"HX-Request": "true"}


def ask(page: Client, *tracks: Track, shape: str = "transfer", poll: int = 1) -> tuple[str, str]:
    """The answer and the events it triggers."""
    data = {"live": [str(made.pk) for made in tracks], "shape": shape, "poll": poll}
    response = page.post("/live/", data, headers=SCRIPT)
    assert response.status_code == 200
    return response.content.decode(), response.get("HX-Trigger", "")


def test_a_running_track_shows_how_far_it_is(page: Client, owner: User) -> None:
    made = rows.track(owner)
    rows.job(made, Job.State.RUNNING, stage="decoding", done=5, total=20, attempts=1)
    text, events = ask(page, made)
    assert "Decoding" in text
    assert 'value="0.250"' in text
    assert 'hx-swap-oob="true"' in text
    assert "every 1s" in text
    assert events == ""


def test_a_second_attempt_is_admitted(page: Client, owner: User) -> None:
    made = rows.track(owner)
    rows.job(made, Job.State.RUNNING, stage="tagging", attempts=2)
    assert "attempt 2" in ask(page, made)[0]


def test_waiting_tracks_are_asked_for_ever_more_slowly(page: Client, owner: User) -> None:
    made = rows.track(owner)
    rows.job(made, Job.State.QUEUED)
    assert "every 2s" in ask(page, made, poll=1)[0]
    assert "every 5s" in ask(page, made, poll=5)[0]


def test_a_finished_track_brings_its_tags_and_ends_the_asking(page: Client, song: Track) -> None:
    rows.job(song, Job.State.SUCCEEDED)
    text, events = ask(page, song)
    assert "Done" in text
    assert "guitar" in text
    assert "every" not in text
    assert "work-ended" in events


def test_a_track_that_is_tagged_between_two_looks_is_not_shown_half_done(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = rows.track(owner)
    job = rows.job(made, Job.State.RUNNING)
    read_before = list(Track.objects.all())
    Track.objects.update(state=Track.State.TAGGED)
    Job.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)
    with django_assert_num_queries(4):
        (row,) = library_rows(read_before)
    assert row.job is not None
    assert (row.job.is_open, row.track.state) == (False, Track.State.TAGGED)


def test_a_failed_track_brings_its_reason(page: Client, owner: User) -> None:
    made = rows.track(owner, state=Track.State.FAILED)
    rows.job(made, Job.State.FAILED, error_detail="The file is damaged.")
    assert "The file is damaged." in ask(page, made)[0]


def test_a_track_deleted_meanwhile_ends_the_asking(page: Client, owner: User) -> None:
    made = rows.track(owner)
    ghost = Track(pk=made.pk)
    made.delete()
    text, events = ask(page, ghost)
    assert "every" not in text
    assert "work-ended" in events


def test_nobody_learns_of_the_tracks_of_others(outside: Client, song: Track) -> None:
    rows.job(song, Job.State.SUCCEEDED)
    assert "Blue hour" not in ask(outside, song)[0]


def test_nonsense_is_refused(page: Client) -> None:
    for data in ({"live": "x"}, {"poll": "soon"}, {"shape": "round"}):
        assert page.post("/live/", data, headers=SCRIPT).status_code == 400


def test_asking_for_many_costs_no_more_queries(
    page: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many = [rows.track(owner) for _ in range(10)]
    for made in many:
        rows.job(made, Job.State.RUNNING)
    with django_assert_num_queries(7):
        ask(page, *many)
