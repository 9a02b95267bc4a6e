from __future__ import annotations

from typing import Any

from django.test import Client

from tagger.models import Question, Track, Verdict

from .test_errors import problem

REVIEW = "/api/v1/review/"


def answer(api: Client, question: Any, word: str) -> Any:
    return api.post(f"{REVIEW}{question}/", {"answer": word}, "application/json")


def test_the_next_question_is_shown_and_answered(api: Client, song: Track) -> None:
    body = api.get(REVIEW).json()
    asked = body["question"]
    assert (asked["track"], asked["tag"], body["left"]) == (str(song.pk), "rock", 1)
    assert asked["start"] < asked["end"]
    after = answer(api, asked["id"], "no").json()
    assert after == {"question": None, "left": 0, "skipped": 0}
    assert Verdict.objects.get(tag__name="rock").answer == Verdict.Answer.REJECTED
    problem(answer(api, asked["id"], "yes"), 404, "not-found")


def test_what_is_skipped_is_asked_again(api: Client, song: Track) -> None:
    question = Question.objects.get().pk
    assert answer(api, question, "skip").json() == {"question": None, "left": 0, "skipped": 1}
    again = api.post(f"{REVIEW}skipped/").json()
    assert (again["question"]["id"], again["skipped"]) == (question, 0)


def test_an_answer_is_one_of_three(api: Client, song: Track) -> None:
    body = problem(answer(api, Question.objects.get().pk, "perhaps"), 400, "invalid")
    assert body["errors"][0]["pointer"] == "#/answer"


def test_nobody_answers_for_another(stranger: Client, song: Track) -> None:
    problem(answer(stranger, Question.objects.get().pk, "yes"), 404, "not-found")
    assert stranger.get(REVIEW).json()["question"] is None
