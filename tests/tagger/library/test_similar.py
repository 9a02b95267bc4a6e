from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from tagger.library.search import LibraryFilter, library
from tagger.library.similar import similar_tracks
from tagger.models import Analysis, ModelVersion, Track, User
from tests.web import rows
from tests.web.rows import direction


@pytest.fixture
def near(owner: User, song: Track) -> Track:
    return rows.analysed(rows.track(owner, "Near"), embedding=direction(20), guitar=0.9)


@pytest.fixture
def far(owner: User, song: Track) -> Track:
    return rows.analysed(rows.track(owner, "Far"), embedding=direction(80), piano=0.9)


def titles(track: Track, query: str = "", most: int = 10) -> list[str]:
    among = LibraryFilter(QueryDict(query), queryset=library(track.library)).qs
    similar = similar_tracks([track], among, most=most)
    assert similar is not None
    return [likeness.track.title for likeness in similar.nearest]


@pytest.mark.usefixtures("far", "near")
def test_the_nearest_come_first_with_their_likeness(song: Track) -> None:
    similar = similar_tracks([song], library(song.library), most=10)
    assert similar is not None
    assert similar.model.name == "tonemark-test"
    assert [(likeness.track.title, round(likeness.value, 3)) for likeness in similar.nearest] == [
        ("Near", round(np.cos(np.radians(20)), 3)),
        ("Far", round(np.cos(np.radians(80)), 3)),
    ]


@pytest.mark.usefixtures("far", "near")
def test_no_more_are_found_than_asked_for(song: Track) -> None:
    assert titles(song, most=1) == ["Near"]


@pytest.mark.usefixtures("near")
def test_somebody_elses_tracks_are_like_nothing(song: Track, outsider: User) -> None:
    rows.analysed(rows.track(outsider, "Theirs"))
    assert titles(song) == ["Near"]


@pytest.mark.usefixtures("far", "near")
def test_a_filter_of_the_library_narrows_them(song: Track) -> None:
    assert titles(song, "tag=piano") == ["Far"]
    assert titles(song, "tag=guitar&tag_min=0.5&ordering=-score") == ["Near"]


def test_what_another_model_analysed_does_not_count(song: Track, near: Track, far: Track) -> None:
    older = ModelVersion.objects.create(
        name="older", sha256="1" * 64, card={}, labels=[], thresholds=[]
    )
    Analysis.objects.filter(track=near).update(model=older)
    assert titles(song) == ["Far"]
    assert similar_tracks([near], library(near.library), most=10) is None


def test_silence_is_like_nothing(owner: User, song: Track) -> None:
    silent = rows.analysed(rows.track(owner, "Silence"), notes=("silent",))
    assert titles(song) == []
    assert titles(silent) == []


def test_an_embedding_without_direction_is_like_nothing(owner: User, song: Track) -> None:
    rows.analysed(rows.track(owner, "Empty"), embedding=np.zeros(1024, dtype=np.float32))
    assert titles(song) == []


@pytest.mark.usefixtures("far", "near")
def test_three_queries_find_them(
    owner: User, song: Track, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        similar_tracks([song], library(owner.personal_library), most=10)


def test_more_like_these_and_less_like_those(
    owner: User, song: Track, near: Track, far: Track
) -> None:
    """Song at 0°, near at 20°, far at 80°, others between."""
    at_50 = rows.analysed(rows.track(owner, "Middle"), embedding=direction(50))
    opposite = rows.analysed(rows.track(owner, "Below"), embedding=direction(-25))
    between = similar_tracks([song, far], library(owner.personal_library), most=10)
    assert between is not None
    assert [likeness.track for likeness in between.nearest] == [at_50, near, opposite]
    assert between.nearest[0].value == pytest.approx(np.cos(np.radians(10)), abs=1e-3)
    away = similar_tracks([song], library(owner.personal_library), most=10, unlike=[near])
    assert away is not None
    assert [likeness.track for likeness in away.nearest] == [opposite, at_50, far]


def test_the_seconds_that_match_best_are_pointed_at(owner: User, song: Track) -> None:
    rows.analysed(song, segments=16, guitar=0.1)
    other = rows.analysed(rows.track(owner, "Other"), segments=16, piano=0.1)
    for track, at in ((song, 4), (other, 12)):
        analysis = Analysis.objects.get(track=track)
        scores = analysis.segment_scores()
        scores[at : at + 4, analysis.model.labels.index("harp")] = 1.0
        analysis.scores = scores.astype("<f2").tobytes()
        analysis.save()
    similar = similar_tracks([song], library(owner.personal_library), most=1)
    assert similar is not None
    moment = similar.nearest[0].moment
    assert moment is not None
    assert (moment.start, moment.like, moment.like_start) == (
        pytest.approx(12 * rows.HOP),
        song.pk,
        pytest.approx(4 * rows.HOP),
    )


def test_the_index_finds_what_comparing_all_finds(
    owner: User, song: Track, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for angle in range(5, 65, 5):
        rows.analysed(rows.track(owner, f"At {angle}"), embedding=direction(angle))
        rows.analysed(rows.track(outsider, f"Theirs at {angle}"), embedding=direction(angle))
    every = titles(song)
    monkeypatch.setattr("tagger.library.similar.COMPARED", 5)
    with connection.cursor() as cursor:
        # So few rows are read whole and sorted otherwise.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    with CaptureQueriesContext(connection) as captured:
        assert titles(song) == every == [f"At {angle}" for angle in range(5, 55, 5)]
    search = next(query["sql"] for query in captured if "halfvec" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {search}")
        assert "analysis_embedding" in str(cursor.fetchall())
