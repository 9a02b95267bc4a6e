from __future__ import annotations

from typing import Any

from django.test import Client

from tagger.models import Tag, Track, Verdict
from tests.web import rows


def tags(api: Client, song: Track) -> dict[str, Any]:
    listed = api.get(f"/api/v1/tracks/{song.pk}/tags/").json()
    return {tag["slug"]: tag for tag in listed}


def put_verdict(api: Client, song: Track, slug: str, verdict: str) -> Any:
    address = f"/api/v1/tracks/{song.pk}/tags/{slug}/"
    return api.put(address, {"verdict": verdict}, "application/json")


def test_the_effective_tags_say_where_they_come_from(api: Client, song: Track) -> None:
    effective = tags(api, song)
    assert set(effective) == {"guitar", "rock"}
    assert effective["guitar"]["source"] == "model"
    assert effective["guitar"]["verdict"] is None
    assert effective["guitar"]["raw"][0]["slug"] == "guitar"


def test_a_rejected_tag_is_gone_until_the_verdict_is_withdrawn(api: Client, song: Track) -> None:
    response = put_verdict(api, song, "guitar", "rejected")
    assert response.status_code == 200
    assert (response.json()["effective"], response.json()["verdict"]) == (False, "rejected")
    assert "guitar" not in tags(api, song)
    address = f"/api/v1/tracks/{song.pk}/tags/guitar/"
    assert api.delete(address).status_code == 204
    assert tags(api, song)["guitar"]["source"] == "model"
    assert api.delete(address).status_code == 204


def test_an_accepted_tag_is_a_persons(api: Client, song: Track) -> None:
    assert put_verdict(api, song, "piano", "accepted").json()["source"] == "person"
    assert put_verdict(api, song, "piano", "accepted").status_code == 200
    assert Verdict.objects.count() == 1
    assert tags(api, song)["piano"]["source"] == "person"


def test_a_synonym_stands_for_the_tag_it_is_shown_as(api: Client, song: Track) -> None:
    synonym = Tag.objects.exclude(shown_as=None).select_related("shown_as")[0]
    scores: dict[str, Any] = {synonym.name.replace(" ", "_"): 0.9}
    rows.analysed(song, **scores)
    assert synonym.shown.slug in tags(api, song)
    response = put_verdict(api, song, synonym.slug, "rejected")
    assert response.json()["slug"] == synonym.shown.slug
    assert synonym.shown.slug not in tags(api, song)


def test_an_unknown_tag_or_verdict_is_a_problem(api: Client, song: Track) -> None:
    assert put_verdict(api, song, "no-such-tag", "accepted").status_code == 404
    response = put_verdict(api, song, "piano", "perhaps")
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/verdict"


def test_the_vocabulary_counts_my_tracks(api: Client, song: Track) -> None:
    listed = {tag["slug"]: tag for tag in api.get("/api/v1/tags/").json()}
    assert listed["guitar"]["count"] == 1
    assert listed["piano"]["count"] == 0
    shown = Tag.objects.filter(shown_as=None).count()
    assert len(listed) == shown
    assert sum(len(tag["synonyms"]) for tag in listed.values()) == Tag.objects.count() - shown
