from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tagger.library import play_queue
from tagger.models import Track, User

from . import rows


def titles(page: Client, query: str = "") -> list[str]:
    answer = page.get(f"/queue/?{query}")
    assert answer.status_code == 200
    return [track["title"] for track in answer.json()["tracks"]]


@pytest.fixture
def three(owner: User) -> list[Track]:
    made = [rows.analysed(rows.track(owner, title), harp=0.9) for title in ("Ash", "Beech")]
    return [*made, rows.analysed(rows.track(owner, "Cedar"), piano=0.9)]


def test_it_is_the_list_in_its_order(page: Client, three: list[Track]) -> None:
    assert titles(page) == ["Cedar", "Beech", "Ash"]
    assert titles(page, "ordering=title") == ["Ash", "Beech", "Cedar"]
    assert titles(page, "tag=harp&ordering=title&start=1") == ["Beech"]


def test_only_one_s_own_tracks_that_are_not_deleted(outside: Client, three: list[Track]) -> None:
    assert titles(outside) == []


def test_a_long_list_comes_in_parts(
    page: Client, three: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_queue, "PART", 2)
    first = page.get("/queue/?ordering=title").json()
    assert (len(first["tracks"]), first["after"]) == (2, 2)
    last = page.get("/queue/?ordering=title&start=2").json()
    assert ([track["title"] for track in last["tracks"]], last["after"]) == (["Cedar"], None)


def test_a_seed_shuffles_the_same_way_each_time(page: Client, owner: User) -> None:
    for number in range(20):
        rows.track(owner, f"{number:02}")
    once = titles(page, "ordering=title&seed=a")
    assert sorted(once) == titles(page, "ordering=title")
    assert once == titles(page, "ordering=title&seed=a")
    assert once not in (titles(page, "seed=b"), sorted(once))


def test_each_track_says_how_loud_it_is(page: Client, three: list[Track]) -> None:
    Track.objects.filter(title="Ash").update(loudness=-9.5, true_peak=0.3)
    ash = next(one for one in page.get("/queue/").json()["tracks"] if one["title"] == "Ash")
    assert (ash["loudness"], ash["peak"], ash["outlined"]) == (-9.5, 0.3, True)


@pytest.mark.parametrize(
    "query",
    ["start=-1", "start=x", f"start={9 * '9'}9", "seed=" + 33 * "s", "tag=none", "seed=%00"],
)
def test_what_is_no_list_is_refused(page: Client, query: str) -> None:
    assert page.get(f"/queue/?{query}").status_code == 400


def test_the_seconds_that_made_a_tag_are_told(page: Client, three: list[Track]) -> None:
    track = three[0]
    analysis = track.analyses.get()
    scores = analysis.segment_scores().repeat(10, axis=0)
    scores[20:24, analysis.model.labels.index("harp")] = 1.0
    analysis.scores, analysis.segments = scores.astype("<f2").tobytes(), len(scores)
    analysis.save()
    found = page.get(reverse("web:telling", args=[track.pk, "harp"])).json()
    assert found["title"] == "Ash"
    assert found["from"] == pytest.approx(20 * rows.HOP, abs=rows.HOP)
    assert found["until"] == found["from"] + 10
    assert page.get(reverse("web:telling", args=[track.pk, "no-such-tag"])).status_code == 404
