"""After a change of model the library's tags follow in the background."""

from __future__ import annotations

from typing import Any

import pytest

from tagger.jobs import lifecycle
from tagger.models import Activation, Job, ModelVersion, Track, User
from tagger.registry.tag_switch import begin_switch, switch_tags
from tagger.registry.versions import activate_model
from tagger.tags.track_tags import track_tags
from tests.web import rows

SWITCH = Job.Kind.SWITCH_TAGS


@pytest.fixture
def library(owner: User) -> list[Track]:
    """Five tracks in the order of their ids, each tagged as a guitar."""
    made = [rows.analysed(rows.track(owner), guitar=0.9) for _ in range(5)]
    return sorted(made, key=lambda track: track.pk)


@pytest.fixture
def candidate(library: list[Track]) -> ModelVersion:
    """It predicts a harp in all of them."""
    return rows.candidate({track: {"harp": 0.8} for track in library})


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagger.platform.batches.BATCH", 2)


def shown(tracks: list[Track]) -> list[list[str]]:
    return [sorted(row.tag.name for row in track.track_tags.all()) for track in tracks]


def claimed(activation: Activation) -> Job:
    activation.refresh_from_db()
    job = lifecycle.claim(str(activation.job_id))
    assert job is not None
    return job


def test_lists_follow_when_the_job_has_run(library: list[Track], candidate: ModelVersion) -> None:
    activation = activate_model(candidate)
    assert shown(library) == [["guitar"]] * 5
    rows.work_off(SWITCH)
    assert shown(library) == [["harp"]] * 5
    activation.refresh_from_db()
    assert activation.switched_at is not None
    job = Job.objects.get(kind=SWITCH)
    assert (job.state, job.done, job.total, job.queue) == ("succeeded", 5, 5, "maintenance")


def test_a_tracks_own_tags_are_right_at_once(library: list[Track], candidate: ModelVersion) -> None:
    activate_model(candidate)
    assert [tag.tag.name for tag in track_tags(library[0], rows.owner_of(library[0])).certain] == [
        "harp"
    ]


def test_a_cancelled_switch_goes_on_where_it_stopped(
    library: list[Track], candidate: ModelVersion, small_batches: None, owner: User
) -> None:
    activation = activate_model(candidate)
    job = claimed(activation)
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    switch_tags(job)
    assert shown(library) == [["harp"]] * 2 + [["guitar"]] * 3
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("cancelled", 2, 5)
    begin_switch(activation, owner=owner, trigger=Job.Trigger.WEB)
    rows.work_off(SWITCH)
    assert shown(library) == [["harp"]] * 5


def test_a_second_change_makes_good_what_the_first_had_not_reached(
    library: list[Track], candidate: ModelVersion, small_batches: None
) -> None:
    """The last model has analysed one track only: the others show the second one's."""
    last = rows.candidate({library[0]: {"piano": 0.7}})
    first = activate_model(candidate)
    second = activate_model(last)
    first_job = Job.objects.get(activations=first)
    assert first_job.state == Job.State.CANCELLED
    rows.work_off(SWITCH)
    assert shown(library) == [["piano"]] + [["harp"]] * 4
    assert not Activation.objects.filter(switched_at=None).exists()
    assert second.former == candidate


def test_a_change_that_alters_no_track_needs_no_job(library: list[Track]) -> None:
    activation = activate_model(rows.candidate({}))
    activation.refresh_from_db()
    assert activation.switched_at is not None
    assert not Job.objects.filter(kind=SWITCH).exists()


def test_a_batch_takes_the_same_queries_whatever_its_size(
    library: list[Track], candidate: ModelVersion, django_assert_num_queries: Any
) -> None:
    from tagger.tags.effective import rebuild_many

    activate_model(candidate)
    with django_assert_num_queries(9):
        rebuild_many([library[0].pk])
    with django_assert_num_queries(9):
        rebuild_many([track.pk for track in library[1:]])


def test_making_the_active_model_active_changes_nothing(candidate: ModelVersion) -> None:
    first = activate_model(candidate)
    assert activate_model(candidate) == first
    assert Activation.objects.count() == 1


def test_the_analysis_of_a_candidate_changes_nothing_that_is_shown(song: Track) -> None:
    before = Track.objects.filter(pk=song.pk).values().get()
    rows.candidate({song: {"harp": 0.9}})
    assert Track.objects.filter(pk=song.pk).values().get() == before
    assert shown([song]) == [["guitar", "rock"]]
