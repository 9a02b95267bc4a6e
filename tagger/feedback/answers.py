"""Answers to the questions of the review queue."""

from __future__ import annotations

from enum import Enum

from django.db import transaction
from django.utils import timezone

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
        Question.objects.filter(pk=question.pk).update(skipped_at=timezone.now())
        return
    give_answer = accept_shown if answer is ReviewAnswer.YES else reject_shown
    with transaction.atomic():
        give_answer(person, question.track, question.tag)
        # What people differ about is asked of the others until it is settled.
        Question.objects.filter(pk=question.pk, disputed=False).delete()


def take_back(person: User, track: Track, tag: Tag, answer: ReviewAnswer) -> None:
    """As if the question had not been answered: it stands again."""
    if answer is ReviewAnswer.SKIP:
        Question.objects.filter(track=track, tag=tag).update(skipped_at=None)
        return
    with transaction.atomic():
        withdraw_shown(person, track, tag)
        ask_again(track)


def ask_skipped(of: Library, tag: int | None = None) -> int:
    """Those that were skipped (about one tag, or any) are asked again; how many that was."""
    skipped = Question.objects.filter(library=of, skipped_at__isnull=False)
    return (skipped.filter(tag=tag) if tag else skipped).update(skipped_at=None)
