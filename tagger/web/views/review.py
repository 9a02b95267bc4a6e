"""One question at a time: is this tag in this track? The session remembers what can be undone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tagger.feedback.answers import ReviewAnswer, answer_question, ask_skipped, take_back
from tagger.feedback.batch import SIZE, Batch, asked_in_all, topics
from tagger.feedback.review import (
    MOST_COUNTED,
    are_sought,
    count_up_to_most,
    open_questions,
    said_of,
    shown,
    skipped_questions,
)
from tagger.libraries.members import Role
from tagger.library.search import library
from tagger.models import Question, Tag, Track
from tagger.training.schedule import schedule
from tagger.web.access import PageRequest, allowed_to, signed_in

REMEMBERED = 50
LONGEST_ID = 18


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@allowed_to(Role.EDITOR)
def review_page(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request)
    _choose_topic(request)
    batch = Batch.of(request.session.get("review_batch"))
    offered = topics(open_questions(request.library, request.user))
    left = asked_in_all(offered)
    question = None if batch.is_done else _wanted(request) or _next(request, batch)
    done = len(request.session.get("reviewed", []))
    context = {
        "shown": shown(question) if question else None,
        "said": said_of(question.tag, request.library) if question else {},
        "batch": batch,
        "batch_size": SIZE,
        "yes_count": batch.count("yes"),
        "no_count": batch.count("no"),
        "skip_count": batch.count("skip"),
        "topic": Tag.objects.filter(pk=batch.tag).first() if batch.tag else None,
        "topics": offered,
        "schedule": schedule(),
        "left": min(left, MOST_COUNTED),
        "more": left > MOST_COUNTED,
        "done": done,
        "all": done + left,
        "sought": are_sought(request.library),
        "skipped": count_up_to_most(batch.within(skipped_questions(request.library, request.user))),
    }
    return render(request, "tagger/review/review.html", context)


def _choose_topic(request: PageRequest) -> None:
    """`?tag=` begins a batch about that tag; empty, one of what is most useful to know."""
    wish = request.GET.get("tag")
    if wish is None:
        return
    chosen = Tag.objects.filter(slug=wish).first()
    _keep(request, Batch(chosen.pk if chosen else None))


def _keep(request: PageRequest, batch: Batch) -> None:
    request.session["review_batch"] = asdict(batch)


def _next(request: PageRequest, batch: Batch) -> Question | None:
    return batch.within(open_questions(request.library, request.user)).first()


def _wanted(request: PageRequest) -> Question | None:
    """The question an undo leads back to."""
    wish = request.GET.get("question", "")
    return _question(request, wish)


def _question(request: PageRequest, named: str) -> Question | None:
    """A number that no row can have is no question, and none that Python should read."""
    if not named.isdecimal() or len(named) > LONGEST_ID:
        return None
    return open_questions(request.library, request.user).filter(pk=named).first()


def _act(request: PageRequest) -> HttpResponse:
    wish = request.POST.get("answer", "")
    if wish == "undo":
        return _undo(request)
    batch = Batch.of(request.session.get("review_batch"))
    if wish == "more":
        _keep(request, Batch(batch.tag))
        return redirect("web:review")
    if wish == "skipped":
        _keep(request, Batch(batch.tag))
        ask_skipped(request.library, request.user, batch.tag)
        return redirect("web:review")
    if wish not in [answer.value for answer in ReviewAnswer]:
        return HttpResponseBadRequest("answer: yes, no, skip, undo, skipped or more.")
    named = request.POST.get("question", "")
    # One that was answered in another window is no longer there: the next is shown.
    question = _question(request, named)
    if question:
        answer_question(request.user, question, ReviewAnswer(wish))
        _remember(request, question, wish)
        _keep(request, batch.with_answer(wish))
    return redirect("web:review")


def _remember(request: PageRequest, question: Question, answer: str) -> None:
    word = {"track": str(question.track_id), "tag": question.tag_id, "answer": answer}
    request.session["reviewed"] = [*request.session.get("reviewed", []), word][-REMEMBERED:]


def _undo(request: PageRequest) -> HttpResponse:
    answers: list[dict[str, Any]] = request.session.get("reviewed", [])
    if not answers:
        return redirect("web:review")
    request.session["reviewed"] = answers[:-1]
    _keep(request, Batch.of(request.session.get("review_batch")).without_last())
    last = answers[-1]
    track = library(request.library).filter(pk=UUID(last["track"])).first()
    tag = Tag.objects.filter(pk=last["tag"]).first()
    if track is None or tag is None:
        return redirect("web:review")
    take_back(request.user, track, tag, ReviewAnswer(last["answer"]))
    return redirect(_address_of(request, track, tag))


def _address_of(request: PageRequest, track: Track, tag: Tag) -> str:
    again = open_questions(request.library, request.user).filter(track=track, tag=tag).first()
    return f"{reverse('web:review')}?question={again.pk}" if again else reverse("web:review")
