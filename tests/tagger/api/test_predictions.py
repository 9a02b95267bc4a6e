from __future__ import annotations

import pytest
from django.test import Client

from tagger.api import predictions
from tagger.models import Analysis, Track


def address(song: Track) -> str:
    return f"/api/v1/tracks/{song.pk}/predictions/"


def test_all_raw_labels_come_best_first(api: Client, song: Track) -> None:
    body = api.get(address(song)).json()
    assert len(body["scores"]) == 50
    assert body["scores"][0] == {"tag": "guitar", "score": 0.9, "threshold": 0.5}
    assert "segments" not in body


def test_segments_come_in_the_order_of_the_labels(api: Client, song: Track) -> None:
    body = api.get(address(song), {"segments": "true", "min_score": "0.5"}).json()
    assert [score["tag"] for score in body["scores"]] == ["guitar", "rock"]
    assert len(body["segments"]) == 3
    assert body["segments"][1]["start"] == pytest.approx(body["hop_seconds"], abs=1e-3)
    assert body["segments"][1]["scores"] == pytest.approx([0.9, 0.6], abs=1e-3)


def test_an_analysis_that_goes_meanwhile_is_answered_whole(
    api: Client, song: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_of = predictions._indices_above

    def replaced_meanwhile(analysis: Analysis, minimum: float) -> list[int]:
        Analysis.objects.all().delete()
        return order_of(analysis, minimum)

    monkeypatch.setattr(predictions, "_indices_above", replaced_meanwhile)
    assert len(api.get(address(song), {"segments": "true"}).json()["segments"]) == 3


@pytest.mark.parametrize("query", [{"min_score": "2"}, {"min_score": "NaN"}, {"segments": "maybe"}])
def test_a_bad_parameter_is_named(api: Client, song: Track, query: dict[str, str]) -> None:
    response = api.get(address(song), query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] in query


def test_a_track_that_was_not_analysed_says_so(api: Client, song: Track) -> None:
    Analysis.objects.all().delete()
    response = api.get(address(song))
    assert response.status_code == 404
    assert response.json()["type"] == "/api/v1/problems/not-analysed/"
