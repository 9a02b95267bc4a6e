"""Answers to the questions of the review queue."""

from __future__ import annotations

from enum import Enum

from django.db import transaction
from django.db.models import Func, QuerySet, Value

from tagger.models import Library, Question, Tag, Track, User

from .question_queue import ask_again
from .verdicts import accept_shown, reject_shown, withdraw_shown


class ReviewAnswer(Enum):
    YES = "yes"
    NO = "no"
    SKIP = "skip"


def answer_question(person: User, question: Question, answer: ReviewAnswer) -> None:
    """Raises Track.DoesNotExist when the track has gone meanwhile."""
    if answer is ReviewAnswer.SKIP:
        left = Question.objects.filter(pk=question.pk).exclude(skipped_by__contains=[person.pk])
        left.update(skipped_by=Func("skipped_by", Value(person.pk), function="array_append"))
        return
    give_answer = accept_shown if answer is ReviewAnswer.YES else reject_shown
    with transaction.atomic():
        give_answer(person, question.track, question.tag)
        # What people differ about is asked of the others until it is settled.
        Question.objects.filter(pk=question.pk, disputed=False).delete()


def take_back(person: User, track: Track, tag: Tag, answer: ReviewAnswer) -> None:
    """As if the question had not been answered: it stands again."""
    if answer is ReviewAnswer.SKIP:
        _ask(person, Question.objects.filter(track=track, tag=tag))
        return
    with transaction.atomic():
        withdraw_shown(person, track, tag)
        ask_again(track)


def ask_skipped(of: Library, person: User, tag: int | None = None) -> int:
    """Those that this person skipped (about one tag, or any) are asked again; how many that was."""
    skipped = Question.objects.filter(library=of).exclude(skipped_by=[])
    return _ask(person, skipped.filter(tag=tag) if tag else skipped)


def _ask(person: User, questions: QuerySet[Question]) -> int:
    skipped = questions.filter(skipped_by__contains=[person.pk])
    removed = Func("skipped_by", Value(person.pk), function="array_remove")
    return skipped.update(skipped_by=removed)
