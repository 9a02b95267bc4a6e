"""Many tracks analysed again in the background, a few at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tagger.analysis import reanalysis
from tagger.analysis.reanalysis import (
    NothingToAnalyseError,
    analyse_sample,
    cancel_reanalysis,
    reanalyse_chosen,
    reanalyse_stale,
)
from tagger.analysis.record import record_analysis
from tagger.library.tracks import reanalyse_track
from tagger.models import Analysis, Job, ModelVersion, Reanalysis, Track, User
from tagger.registry.versions import activate_model
from tagger.tasks import run_job
from tests.web import rows

from .deaf_tagger import every_model_says

WEB = Job.Trigger.WEB
HEAR = Job.Kind.ANALYSE_TRACK


@pytest.fixture
def library(owner: User) -> list[Track]:
    made = [rows.analysed(rows.track(owner), guitar=0.9) for _ in range(5)]
    return sorted(made, key=lambda track: track.pk)


@pytest.fixture
def only_analyses(library: list[Track]) -> None:
    """Short ones would be analysed several at a time."""
    Track.objects.update(duration=300)


@pytest.fixture
def newer(library: list[Track]) -> ModelVersion:
    """Active, and it has analysed nothing yet."""
    model = rows.candidate({})
    activate_model(model)
    return model


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Works off the jobs of single tracks that are queued; a harp is all it predicts."""
    every_model_says(lambda model: rows.prediction(model, {"harp": 0.8}), monkeypatch)

    def work() -> int:
        queued = list(Job.objects.filter(kind=HEAR, state=Job.State.QUEUED))
        for job in queued:
            run_job(str(job.pk))
        return len(queued)

    return work


def begun(run: Reanalysis) -> Reanalysis:
    run_job(str(run.pk))
    return run


def state(run: Reanalysis) -> tuple[str, float, float | None]:
    job = Job.objects.get(pk=run.pk)
    return job.state, job.done, job.total


def test_stale_tracks_are_analysed_by_the_active_model(
    library: list[Track], newer: ModelVersion, worker: Callable[[], int]
) -> None:
    run = begun(reanalyse_stale(by=None, trigger=WEB))
    assert state(run) == ("running", 0, 5)
    assert Job.objects.filter(kind=HEAR, queue="bulk", owner=None).count() == 5
    while worker():
        pass
    assert state(run) == ("succeeded", 5, 5)
    assert newer.analyses.count() == 5
    assert {row.tag.name for track in library for row in track.track_tags.all()} == {"harp"}
    assert not Job.objects.filter(kind=HEAR).exists()


@pytest.mark.usefixtures("only_analyses")
def test_a_few_are_handed_out_at_a_time(
    library: list[Track],
    newer: ModelVersion,
    worker: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reanalysis, "WINDOW", 2)
    run = begun(reanalyse_stale(by=None, trigger=WEB))
    assert Job.objects.filter(kind=HEAR).count() == 2
    run_job(str(Job.objects.filter(kind=HEAR).latest("created_at").pk))
    assert Job.objects.filter(kind=HEAR, state=Job.State.QUEUED).count() == 2
    assert state(run) == ("running", 1, 5)
    while worker():
        pass
    assert state(run) == ("succeeded", 5, 5)


def test_one_that_runs_is_answered_as_it_is(newer: ModelVersion) -> None:
    first = reanalyse_stale(by=None, trigger=WEB)
    assert reanalyse_stale(by=None, trigger=WEB) == first


def test_nothing_stale_is_said(library: list[Track]) -> None:
    with pytest.raises(NothingToAnalyseError, match="tonemark-test has heard all of these tracks"):
        reanalyse_stale(by=None, trigger=WEB)


def test_no_active_model_is_said(db: None) -> None:
    with pytest.raises(NothingToAnalyseError, match="No model is active"):
        reanalyse_stale(by=None, trigger=WEB)


def test_chosen_tracks_are_analysed_even_if_they_have_been(
    library: list[Track], worker: Callable[[], int]
) -> None:
    run = begun(reanalyse_chosen([library[0].pk, library[3].pk], by=None, trigger=WEB))
    while worker():
        pass
    assert state(run) == ("succeeded", 2, 2)
    assert [track.track_tags.get().tag.name for track in library[:2]] == ["harp", "guitar"]


@pytest.mark.usefixtures("only_analyses")
def test_cancelling_stops_what_waits_and_keeps_what_was_analysed(
    newer: ModelVersion, worker: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reanalysis, "WINDOW", 2)
    run = begun(reanalyse_stale(by=None, trigger=WEB))
    run_job(str(Job.objects.filter(kind=HEAR).latest("created_at").pk))
    cancel_reanalysis(run)
    assert state(run)[0] == "cancelled"
    assert worker() == 0
    assert newer.analyses.count() == 1
    assert state(begun(reanalyse_stale(by=None, trigger=WEB))) == ("running", 0, 4)


def test_an_upload_that_waits_is_not_waited_for(
    library: list[Track], newer: ModelVersion, worker: Callable[[], int]
) -> None:
    """The same track may be queued by its owner and by the reanalysis."""
    owners = reanalyse_track(library[0], trigger=WEB)
    run = begun(reanalyse_stale(by=None, trigger=WEB))
    while worker():
        pass
    assert state(run) == ("succeeded", 5, 5)
    owners.refresh_from_db()
    assert (owners.state, owners.queue) == ("queued", "inference")


def test_a_track_that_fails_holds_nothing_up(
    newer: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_model_says(lambda model: FileNotFoundError(), monkeypatch)
    run = begun(reanalyse_stale(by=None, trigger=WEB))
    for job in Job.objects.filter(kind=HEAR):
        run_job(str(job.pk))
    assert state(run) == ("succeeded", 5, 5)
    assert Job.objects.filter(kind=HEAR, error_code="file-missing").count() == 5


def test_another_active_model_ends_what_the_former_was_to_analyse(
    library: list[Track], newer: ModelVersion
) -> None:
    run = begun(reanalyse_stale(by=None, trigger=WEB))
    activate_model(ModelVersion.objects.get(name="tonemark-test"))
    reanalysis.advance_all()
    assert state(run)[0] == "cancelled"


def test_a_candidate_analyses_a_sample_and_nothing_that_is_shown_changes(
    library: list[Track], worker: Callable[[], int]
) -> None:
    before = list(Track.objects.order_by("pk").values())
    candidate = rows.candidate({})
    run = begun(analyse_sample(candidate, by=None, trigger=WEB, size=3))
    while worker():
        pass
    assert state(run) == ("succeeded", 3, 3)
    assert candidate.analyses.count() == 3
    assert list(Track.objects.order_by("pk").values()) == before
    assert {row.tag.name for track in library for row in track.track_tags.all()} == {"guitar"}


def test_a_sample_prefers_tracks_with_verdicts(library: list[Track], owner: User) -> None:
    from tagger.feedback.verdicts import give_verdict
    from tagger.models import Tag, Verdict

    tag = Tag.objects.get(name="guitar")
    give_verdict(owner, library[2], tag, Verdict.Answer.ACCEPTED)
    run = analyse_sample(rows.candidate({}), by=None, trigger=WEB, size=2)
    assert run.chosen[0] == library[2].pk
    assert len(run.chosen) == 2


def test_versions_are_compared_by_the_same_tracks(library: list[Track]) -> None:
    first, second = rows.candidate({}), rows.candidate({})
    chosen = analyse_sample(first, by=None, trigger=WEB, size=2).chosen
    assert analyse_sample(second, by=None, trigger=WEB, size=2).chosen == chosen
    for track in Track.objects.filter(pk__in=chosen):
        record_analysis(track, first, rows.prediction(first, {}))
    Job.objects.update(state=Job.State.SUCCEEDED)
    more = analyse_sample(first, by=None, trigger=WEB, size=2).chosen
    assert len(more) == 2
    assert not set(more) & set(chosen)


def test_going_back_and_forth_loses_nothing_that_was_analysed(
    library: list[Track], newer: ModelVersion, owner: User
) -> None:
    """What is not needed is dropped between any two steps, as the clock would do it."""
    from tagger.registry.promotion import promote, roll_back
    from tagger.registry.retention import drop_old_analyses

    def shown() -> set[str]:
        drop_old_analyses()
        rows.work_off(Job.Kind.SWITCH_TAGS)
        drop_old_analyses()
        return {row.tag.name for track in library for row in track.track_tags.all()}

    candidate = rows.candidate({track: {"harp": 0.8} for track in library})
    for track in library:
        record_analysis(track, newer, rows.prediction(newer, {"piano": 0.9}))
    assert shown() == {"piano"}
    for _ in range(2):
        promote(candidate, by=owner, trigger=WEB, reason="for a test")
        assert shown() == {"harp"}
        roll_back(candidate, by=owner, trigger=WEB)
        assert shown() == {"piano"}
    roll_back(newer, by=owner, trigger=WEB)
    assert shown() == {"harp"}
    models = set(Analysis.objects.values_list("model__name", flat=True))
    assert models == {newer.name, candidate.name}


def test_two_versions_of_each_track_are_kept(library: list[Track], newer: ModelVersion) -> None:
    """Of the first track three models in use have analysed; of the others one."""
    from tagger.registry.retention import drop_old_analyses

    newest, rejected = rows.candidate({}), rows.candidate({library[0]: {"piano": 0.9}})
    activate_model(newest)
    ModelVersion.objects.filter(pk=rejected.pk).update(state="retired")
    for model in (newer, newest):
        record_analysis(library[0], model, rows.prediction(model, {"harp": 0.8}))
    assert Analysis.objects.count() == 5 + 3
    assert drop_old_analyses() == 2
    models = library[0].analyses.values_list("model__name", flat=True)
    assert set(models) == {newer.name, newest.name}
    assert Analysis.objects.count() == 4 + 2
