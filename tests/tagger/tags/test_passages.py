"""Tags of a part of a track, from the analysis to lists, exports and pages."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.test import Client

from tagger.analysis.record import record_analysis
from tagger.feedback.verdicts import accept_shown, reject_shown, withdraw_shown
from tagger.library.facets import library_counts
from tagger.models import Activation, Analysis, Job, Tag, Track, User
from tagger.registry import tag_switch
from tagger.registry.versions import activate_model
from tagger.tags.effective import stale_tags
from tests.web import rows

HOUR = 1344


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def analysed_mix(owner: User, **parts: tuple[int, int]) -> Track:
    """An hour in which each of these labels is sure from one segment to another."""
    model = rows.active_model()
    scores = np.full((HOUR, len(model.labels)), 0.01, dtype=np.float32)
    for label, (first, end) in parts.items():
        scores[first:end, model.labels.index(label)] = 0.9
    mix = rows.track(owner, "A long night")
    prediction = rows.prediction(model, {}, HOUR)
    whole = {"scores": scores, "mean_scores": scores.mean(axis=0)}
    record_analysis(mix, model, type(prediction)(**{**vars(prediction), **whole}))
    mix.refresh_from_db()
    return mix


@pytest.fixture
def mix(owner: User) -> Track:
    """Techno from about 12:40 to 31:00, and a piano at its end."""
    return analysed_mix(owner, techno=(284, 695), piano=(1200, HOUR))


def names(track: Track) -> set[str]:
    return set(track.track_tags.values_list("tag__name", flat=True))


def test_what_is_sure_for_a_while_is_a_tag_of_the_track(mix: Track) -> None:
    assert names(mix) == {"techno", "piano"}
    [[start, end, score]] = mix.track_tags.get(tag__name="techno").passages
    assert start == pytest.approx(760, abs=20)
    assert end == pytest.approx(1861, abs=20)
    assert score == pytest.approx(0.9, abs=0.05)
    assert mix.track_tags.get(tag__name="techno").score == pytest.approx(0.28, abs=0.02)


def test_a_tag_of_the_whole_track_has_no_passage(owner: User) -> None:
    assert analysed_mix(owner, techno=(0, HOUR)).track_tags.get().passages == []


def test_it_is_counted_and_found(mix: Track, owner: User, api: Client) -> None:
    assert library_counts(owner.personal_library).by_tag[tag("techno").pk] == 1
    listed = api.get("/api/v1/tracks/", {"tag": "techno"}).json()["results"]
    assert [track["title"] for track in listed] == ["A long night"]


def test_a_persons_no_removes_it_and_taking_that_back_restores_it(mix: Track, owner: User) -> None:
    reject_shown(owner, mix, tag("techno"))
    assert names(mix) == {"piano"}
    withdraw_shown(owner, mix, tag("techno"))
    assert names(mix) == {"techno", "piano"}


def test_a_persons_yes_keeps_where_it_is(mix: Track, owner: User) -> None:
    accept_shown(owner, mix, tag("techno"))
    row = mix.track_tags.get(tag__name="techno")
    assert (row.source, len(row.passages)) == ("person", 1)


def test_synonyms_that_overlap_are_one_passage(owner: User, api: Client) -> None:
    mix = analysed_mix(owner, female=(100, 300), woman=(250, 400))
    [shown] = api.get(f"/api/v1/tracks/{mix.pk}/tags/").json()
    [passage] = shown["passages"]
    assert passage["start"] == pytest.approx(100 * rows.HOP, abs=20)
    assert passage["end"] == pytest.approx(400 * rows.HOP, abs=20)


def test_a_synonym_that_is_sure_throughout_makes_it_one_of_the_whole(
    owner: User, api: Client
) -> None:
    mix = analysed_mix(owner, female=(100, 300), woman=(0, HOUR))
    [shown] = api.get(f"/api/v1/tracks/{mix.pk}/tags/").json()
    assert shown["passages"] == []


def test_lists_and_exports_say_where(mix: Track, api: Client) -> None:
    listed = api.get(f"/api/v1/tracks/{mix.pk}/").json()["tags"]
    assert {tag["slug"]: len(tag["passages"]) for tag in listed} == {"techno": 1, "piano": 1}
    text = api.get("/api/v1/exports/tracks.csv").getvalue().decode()
    [row] = csv.DictReader(StringIO(text))
    assert row["tags"] == "techno; piano"
    techno, piano = row["passages"].split("; ")
    assert techno.startswith("12:")
    assert piano.endswith("-1:00:00") or piano.endswith("-59:59")


def test_a_silent_track_has_none(owner: User) -> None:
    mix = analysed_mix(owner, techno=(284, 695))
    Track.objects.filter(pk=mix.pk).update(notes=["silent"])
    assert len(stale_tags([mix.pk])) == 1


def test_analyses_from_before_are_looked_through_at_the_next_start(mix: Track, owner: User) -> None:
    """As the migration leaves them: no passages, and the last change of model unfinished."""
    activate_model(mix.analyses.get().model)
    Activation.objects.create(
        model=mix.analyses.get().model, model_name="tonemark-test", trigger="release"
    )
    Analysis.objects.update(passages=None)
    mix.track_tags.all().delete()
    tag_switch.start_over()
    tag_switch.resume()
    tag_switch.resume()
    assert Job.objects.filter(kind=Job.Kind.SWITCH_TAGS, state="queued").count() == 1
    rows.work_off(Job.Kind.SWITCH_TAGS)
    assert names(mix) == {"techno", "piano"}
    assert Analysis.objects.get().passages
    tag_switch.resume()
    assert not Job.objects.filter(state="queued").exists()


def test_the_page_shows_them_before_that(mix: Track, page: Client) -> None:
    Analysis.objects.update(passages=None)
    body = page.get(f"/tracks/{mix.pk}/").content.decode()
    assert "from 12:" in body
    assert "nothing certain" not in body


@pytest.fixture
def page(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def test_rows_say_it_at_the_chip(mix: Track, page: Client) -> None:
    body: Any = page.get("/").content.decode()
    assert " · from 12:" in body
