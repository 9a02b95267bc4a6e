"""The questions that the active model raises, one at a time."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.review import AnswerSerializer, ReviewSerializer
from tagger.feedback.answers import ReviewAnswer, answer_question, ask_skipped
from tagger.feedback.review import count_up_to_most, open_questions, shown, skipped_questions
from tagger.libraries.members import Role, libraries_of, need
from tagger.models import Library, Question, User

from .base import ApiView
from .documentation import BODY, changes, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing, sent


class Review(ApiView):
    of_library = True

    @extend_schema(
        operation_id="review_retrieve",
        summary="The next question to decide",
        description="Of those tags of which the active model is not sure, the most telling first.",
        responses=problems({200: ReviewSerializer}),
    )
    def get(self, request: Request) -> Response:
        return queue_response(self.library, self.person)


class ReviewQuestion(ApiView):
    @extend_schema(
        operation_id="review_answer",
        summary="Answer a question",
        description=(
            "`yes` accepts the tag, `no` rejects it, `skip` asks later. The answer is the next "
            "question. To take a word back, withdraw the verdict from the track's tag."
        ),
        request=AnswerSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({200: ReviewSerializer}, *BODY, *KEY_PROBLEMS, "not-found"),
    )
    @idempotent(sent)
    def post(self, request: Request, question_id: int) -> Response:
        question = _asked_of(self.person, question_id)
        serializer = AnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        answer_question(self.person, question, ReviewAnswer(serializer.validated_data["answer"]))
        return queue_response(question.library, self.person)


class ReviewSkipped(ApiView):
    of_library = True

    @extend_schema(
        operation_id="review_skipped",
        summary="Ask again what was skipped",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=changes({200: ReviewSerializer}, *KEY_PROBLEMS),
    )
    @idempotent(nothing)
    def post(self, request: Request) -> Response:
        self.need(Role.EDITOR)
        ask_skipped(self.library, self.person)
        return queue_response(self.library, self.person)


def _asked_of(person: User, question_id: int) -> Question:
    """A question on a track that the person may judge."""
    known = Question.objects.filter(library__in=libraries_of(person)).select_related("library")
    library = get_object_or_404(known, pk=question_id).library
    question = get_object_or_404(open_questions(library, person), pk=question_id)
    need(person, library, Role.EDITOR)
    return question


def queue_response(of: Library, person: User) -> Response:
    question = open_questions(of, person).first()
    body = {
        "question": shown(question) if question else None,
        "left": count_up_to_most(open_questions(of, person)),
        "skipped": count_up_to_most(skipped_questions(of, person)),
    }
    return Response(ReviewSerializer(body).data)
