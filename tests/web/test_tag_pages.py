from __future__ import annotations

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tagger.models import Track, User

from . import rows


def test_the_overview_counts_my_tracks_only(page: Client, song: Track, outsider: User) -> None:
    rows.analysed(rows.track(outsider), guitar=0.9)
    groups = page.get("/tags/").context["groups"]
    counts = {facet.tag.name: facet.count for group in groups for facet in group.facets}
    assert counts["guitar"] == 1
    assert counts["piano"] == 0


def test_a_tag_page_lists_the_surest_first(page: Client, owner: User) -> None:
    for title, score in [("weak", 0.6), ("strong", 0.9), ("none", 0.1)]:
        rows.analysed(rows.track(owner, title), harp=score)
    listed = page.get("/tags/harp/").context["rows"]
    assert [row.track.title for row in listed] == ["strong", "weak"]


def test_a_synonym_leads_to_the_tag_it_is_shown_as(page: Client) -> None:
    response = page.get("/tags/woman/")
    assert response["Location"] == "/tags/female-vocals/"


def test_an_unknown_tag_is_not_found(page: Client) -> None:
    assert page.get("/tags/kazoo/").status_code == 404


def test_a_tag_nobody_has_says_so(page: Client) -> None:
    assert "No track of yours carries this tag" in page.get("/tags/harp/").content.decode()


def test_tag_pages_need_a_fixed_number_of_queries(
    page: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        rows.analysed(rows.track(owner), harp=0.9)
    with django_assert_num_queries(7):
        page.get("/tags/")
    with django_assert_num_queries(14):
        page.get("/tags/harp/")
