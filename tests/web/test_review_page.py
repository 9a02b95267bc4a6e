from __future__ import annotations

from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tagger.models import Analysis, ModelVersion, Question, Track, User
from tagger.tasks import ask_questions

from . import rows


def answer(page: Client, what: str) -> str:
    question = page.get("/review/").context["shown"]
    sent = {"answer": what} | ({"question": question.question.pk} if question else {})
    response = page.post("/review/", sent, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_nothing_to_decide_says_when_there_is(page: Client) -> None:
    assert "Nothing to decide" in page.get("/review/").content.decode()


def test_questions_that_are_on_their_way_are_said_to_be(page: Client, owner: User) -> None:
    rows.analysed(rows.track(owner, "Old"), harp=0.5)
    Question.objects.all().delete()
    below = Analysis.objects.get().pk + 1
    ModelVersion.objects.update(unasked_below=below)
    assert "appears here by itself" in page.get("/review/").content.decode()
    ask_questions()
    assert "harp here?" in page.get("/review/").content.decode()


def test_the_page_asks_about_one_tag_and_where_to_hear_it(page: Client, owner: User) -> None:
    track = rows.analysed(rows.track(owner, "Dusk"), segments=10, harp=0.52)
    text = page.get("/review/").content.decode()
    assert "harp here?" in text
    assert f'data-source="{reverse("api:track-audio", args=[track.pk])}"' in text
    assert 'data-from="0.00" data-until="10.00"' in text
    assert "The model says 52\u00a0%" in text


def test_answers_lead_from_question_to_question_and_back(page: Client, owner: User) -> None:
    track = rows.analysed(rows.track(owner, "Dusk"), harp=0.5, guitar=0.55, piano=0.6)
    assert "guitar here?" in answer(page, "yes")
    assert "piano here?" in answer(page, "no")
    assert "Look again at 1 skipped" in answer(page, "skip")
    shown = track.verdicts.filter(tag__shown_as=None)
    assert dict(shown.values_list("tag__slug", "answer")) == {
        "harp": "accepted",
        "guitar": "rejected",
    }
    assert "piano here?" in answer(page, "undo")
    assert "guitar here?" in answer(page, "undo")
    assert "1 answered, 2" in page.get("/review/").content.decode()


def test_skipped_questions_are_asked_again(page: Client, owner: User) -> None:
    rows.analysed(rows.track(owner), harp=0.5)
    answer(page, "skip")
    assert "harp here?" in answer(page, "skipped")


def test_in_a_round_about_a_tag_only_what_was_skipped_of_that_is_looked_at_again(
    page: Client, owner: User
) -> None:
    rows.analysed(rows.track(owner), harp=0.5, guitar=0.55)
    answer(page, "skip")
    page.get("/review/?tag=guitar")
    assert "Look again at 1 skipped" in answer(page, "skip")
    assert "guitar here?" in answer(page, "skipped")
    assert Question.objects.exclude(skipped_by=[]).get().tag.slug == "harp"


def test_a_question_answered_elsewhere_is_passed_over(page: Client, owner: User) -> None:
    rows.analysed(rows.track(owner), harp=0.5)
    sent = {"answer": "yes", "question": Question.objects.get().pk}
    page.post("/review/", sent)
    response = page.post("/review/", sent | {"answer": "no"}, follow=True)
    assert "That was all" in response.content.decode()
    assert Track.objects.get().verdicts.get().answer == "accepted"


def test_an_undo_after_the_track_has_gone_does_no_harm(page: Client, owner: User) -> None:
    rows.analysed(rows.track(owner), harp=0.5)
    answer(page, "yes")
    Track.objects.get().delete()
    assert "Nothing to decide" in answer(page, "undo")
    assert "Nothing to decide" in answer(page, "undo")


def test_somebody_elses_question_cannot_be_answered(
    page: Client, owner: User, outside: Client
) -> None:
    rows.analysed(rows.track(owner), harp=0.5)
    question = Question.objects.get()
    outside.post("/review/", {"answer": "yes", "question": question.pk})
    assert not Track.objects.get().verdicts.exists()
    assert "harp" not in outside.get(f"/review/?question={question.pk}").content.decode()


def test_an_answer_nobody_knows_is_refused(page: Client) -> None:
    assert page.post("/review/", {"answer": "maybe"}).status_code == 400


def test_the_number_of_queries_does_not_grow(
    page: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        rows.analysed(rows.track(owner), harp=0.5, guitar=0.6)
    with django_assert_num_queries(14):
        page.get("/review/")
