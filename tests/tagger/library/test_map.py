from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from tagger.jobs import lifecycle
from tagger.library.map import current_map, map_points, request_map, unplaced
from tagger.library.search import LibraryFilter, library
from tagger.library.trash import delete_track
from tagger.models import Job, LibraryMap, MapPoint, ModelVersion, Track, User
from tagger.tasks import place_on_maps, run_job
from tests.web import rows

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture(autouse=True)
def no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from a thread of its own, which does not see the rows of a test's transaction."""
    monkeypatch.setattr("tagger.jobs.lease.EVERY", 3600)


@pytest.fixture
def shelf(owner: User) -> list[Track]:
    return [
        rows.analysed(
            rows.track(owner, f"Song {n}"),
            embedding=rows.direction(n if n < 4 else 90 + n),
            rock=0.9 if n < 4 else 0.1,
            ambient=0.8 if n >= 4 else 0.6,
        )
        for n in range(8)
    ]


def draw(owner: User) -> Job:
    job = request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB)
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


def drawn(owner: User, query: str = "", group: str = "genre") -> Any:
    current = current_map(owner.personal_library)
    assert current is not None
    return map_points(
        current, LibraryFilter(QueryDict(query), queryset=library(owner.personal_library)).qs, group
    )


def test_every_track_that_was_analysed_is_on_the_map(owner: User, shelf: list[Track]) -> None:
    rows.track(owner, "Not heard yet")
    rows.analysed(rows.track(owner, "Silence"), notes=("silent",))
    assert draw(owner).state == Job.State.SUCCEEDED
    points = drawn(owner)
    assert {point[0] for point in points.points} == {track.pk for track in shelf}
    assert points.total == 8


def test_a_point_has_the_strongest_tag_of_its_group(owner: User, shelf: list[Track]) -> None:
    draw(owner)
    points = drawn(owner)
    names = [tag.name for tag in points.tags]
    by_title = {point[1]: names[point[5]] for point in points.points}
    assert (by_title["Song 0"], by_title["Song 7"]) == ("rock", "ambient")
    assert {point[5] for point in drawn(owner, group="vocal").points} == {-1}


def test_conditions_of_the_library_narrow_it(owner: User, shelf: list[Track]) -> None:
    draw(owner)
    assert len(drawn(owner, "tag=rock").points) == 4


def test_a_new_track_joins_without_moving_the_others(owner: User, shelf: list[Track]) -> None:
    draw(owner)
    before = dict(MapPoint.objects.values_list("track_id", "x"))
    new = rows.analysed(rows.track(owner, "New"), embedding=rows.direction(2))
    current = current_map(owner.personal_library)
    assert current is not None
    assert list(unplaced(current)) == [new]
    place_on_maps()
    assert not unplaced(current).exists()
    after = dict(MapPoint.objects.values_list("track_id", "x"))
    assert before.items() <= after.items()
    assert new.pk in after


def test_a_deleted_track_is_not_on_it(owner: User, shelf: list[Track]) -> None:
    draw(owner)
    delete_track(shelf[0])
    assert len(drawn(owner).points) == 7


def test_drawing_anew_replaces_the_map_by_one_like_it(owner: User, shelf: list[Track]) -> None:
    draw(owner)
    before = set(MapPoint.objects.values_list("track_id", "x", "y"))
    draw(owner)
    assert LibraryMap.objects.count() == 1
    assert set(MapPoint.objects.values_list("track_id", "x", "y")) == before


def test_where_not_all_are_landmarks_these_are_the_same_each_time(
    owner: User, shelf: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.descriptors.LANDMARKS", 5)
    draw(owner)
    before = set(MapPoint.objects.values_list("track_id", "x", "y"))
    draw(owner)
    assert len(before) == 8
    assert set(MapPoint.objects.values_list("track_id", "x", "y")) == before


def test_asking_twice_is_one_job(owner: User, shelf: list[Track]) -> None:
    first = request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB)
    assert request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB) == first


def test_too_few_tracks_are_said(owner: User) -> None:
    rows.analysed(rows.track(owner))
    job = draw(owner)
    assert (job.state, job.error_code) == (Job.State.FAILED, "too-few-tracks")
    assert "at least 5 tracks" in job.error_detail


def test_without_a_model_there_is_nothing_to_draw(owner: User) -> None:
    assert draw(owner).error_code == "too-few-tracks"


def test_a_map_belongs_to_one_model_and_one_person(
    owner: User, outsider: User, shelf: list[Track]
) -> None:
    draw(owner)
    assert current_map(outsider.personal_library) is None
    ModelVersion.objects.update(state=ModelVersion.State.RETIRED)
    assert current_map(owner.personal_library) is None


def test_a_cancelled_drawing_keeps_the_old_map(owner: User, shelf: list[Track]) -> None:
    draw(owner)
    before = current_map(owner.personal_library)
    job = lifecycle.cancel(request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB))
    assert job.state == Job.State.CANCELLED
    assert current_map(owner.personal_library) == before
    assert lifecycle.retry(job, trigger=Job.Trigger.WEB).kind == Job.Kind.DRAW_MAP
