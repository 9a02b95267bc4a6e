from __future__ import annotations

from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tagger.models import Track, User

from . import rows


def show(page: Client, made: Track, **headers: str) -> str:
    response = page.get(reverse("web:similar", args=[made.pk]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_tracks_that_sound_alike_are_listed(page: Client, owner: User, song: Track) -> None:
    near = rows.analysed(rows.track(owner, "Evening", artist="Noa"), embedding=rows.direction(30))
    text = show(page, song)
    assert reverse("web:track", args=[near.pk]) in text
    assert "Noa" in text
    assert "87\u00a0%" in text
    assert "as the model “tonemark-test” hears it" in text
    assert 'aria-label="Play Evening"' in text


def test_a_first_track_says_what_to_do(page: Client, song: Track) -> None:
    assert "Upload more music to find what is alike" in show(page, song)


def test_a_track_nobody_has_analysed_yet_says_when(page: Client, owner: User) -> None:
    rows.active_model()
    assert "as soon as it has been heard" in show(page, rows.track(owner))


def test_a_silent_track_says_why_there_is_nothing(page: Client, owner: User, song: Track) -> None:
    silent = rows.analysed(rows.track(owner), notes=("silent",))
    assert "there is nothing to compare" in show(page, silent)


def test_a_script_gets_the_list_alone(page: Client, song: Track) -> None:
    assert show(page, song, **{"HX-Request": "true"}).startswith("<section")
    boosted = show(page, song, **{"HX-Request": "true", "HX-Boosted": "true"})
    assert "<title>Like Blue hour" in boosted


def test_the_track_leads_to_it_without_a_script(page: Client, song: Track) -> None:
    text = page.get(reverse("web:track", args=[song.pk])).content.decode()
    assert f'<a href="{reverse("web:similar", args=[song.pk])}">' in text


def test_the_list_needs_a_fixed_number_of_queries(
    page: Client, owner: User, song: Track, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for angle in range(5):
        rows.analysed(rows.track(owner), embedding=rows.direction(angle))
    with django_assert_num_queries(8):
        show(page, song, **{"HX-Request": "true"})


def test_more_like_these_and_less_like_those(page: Client, owner: User, song: Track) -> None:
    near = rows.analysed(rows.track(owner, "Near"), embedding=rows.direction(20))
    far = rows.analysed(rows.track(owner, "Far"), embedding=rows.direction(80), guitar=0.9)
    sent = page.post("/bulk/", {"action": "similar", "id": [song.pk, near.pk]})
    response = page.get(sent["Location"])
    text = response.content.decode()
    assert [likeness.track.title for likeness, _more, _less in response.context["rows"]] == ["Far"]
    assert "Play Far from 0:00, where it matches best" in text
    _found, more, less = response.context["rows"][0]
    assert [track for track, _ in page.get(more).context["like"]] == [song, near, far]
    assert [track for track, _ in page.get(less).context["unlike"]] == [far]


def found(page: Client, song: Track, query: str) -> list[str]:
    response = page.get(f"/similar/?like={song.pk}&{query}")
    return [near.track.title for near, _more, _less in response.context["rows"]]


def test_what_narrows_the_library_narrows_likeness(page: Client, owner: User, song: Track) -> None:
    near = rows.analysed(rows.track(owner, "Near"), embedding=rows.direction(20), piano=0.7)
    rows.analysed(rows.track(owner, "Far"), embedding=rows.direction(80), guitar=0.9, piano=0.6)
    Track.objects.filter(pk=near.pk).update(bpm=120.0, key="C")
    assert found(page, song, "") == ["Near", "Far"]
    assert found(page, song, "tag=guitar&tag=piano&tag_mode=any") == ["Near", "Far"]
    assert found(page, song, "tag=guitar&tag=piano") == ["Far"]
    assert found(page, song, "exclude_tag=guitar") == ["Near"]
    assert found(page, song, "tag=piano&tag_min=0.65") == ["Near"]
    assert found(page, song, "bpm_min=100&bpm_max=130") == ["Near"]
    assert found(page, song, "key=Am&key_mode=compatible") == ["Near"]
    assert found(page, song, "q=far") == ["Far"]


def test_its_form_and_links_keep_the_examples(page: Client, owner: User, song: Track) -> None:
    rows.analysed(rows.track(owner, "Near"), embedding=rows.direction(20), piano=0.7)
    tidy = page.get(f"/similar/?like={song.pk}&q=near&bpm_min=")["Location"]
    assert tidy == f"/similar/?like={song.pk}&q=near"
    shown = page.get(tidy).context
    assert ("like", str(song.pk)) in shown["facet_hidden"]
    assert shown["filter_page"] == "/similar/"
    assert [item.remove_url for item in shown["chosen"]] == [f"/similar/?like={song.pk}"]
    assert shown["clear_url"] == f"/similar/?like={song.pk}"
    (link,) = [link for section in shown["sections"] for link in section.links]
    assert (link.tag.name, link.count) == ("piano", 1)
    assert link.include_url == f"/similar/?like={song.pk}&q=near&tag=piano"


def test_a_condition_the_library_does_not_know_is_refused(page: Client, song: Track) -> None:
    response = page.get(f"/similar/?like={song.pk}&tag=kazoo")
    assert response.status_code == 400
    assert f'href="/similar/?like={song.pk}"' in response.content.decode()


def test_without_examples_it_says_what_to_do(page: Client, song: Track) -> None:
    assert "Like what?" in page.get("/similar/").content.decode()
    assert page.get("/similar/?like=1").status_code == 400


def test_somebody_elses_track_is_no_example(outside: Client, song: Track) -> None:
    text = outside.get(f"/similar/?like={song.pk}").content.decode()
    assert "Like what?" in text
    assert "Blue hour" not in text
