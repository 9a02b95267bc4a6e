from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.training import (
    TrainingDetailSerializer,
    TrainingSerializer,
    TrainingWishSerializer,
)
from tagger.jobs import lifecycle
from tagger.models import Job, Training
from tagger.training.manage import TrainingRuns, start_training
from tagger.training.options import TrainingRefused, default_choices
from tagger.training.queries import trainings

from .accepted import accepted, ask_again
from .documentation import BODY, LOCATION, RETRY_AFTER, changes, later, problems
from .idempotency import IDEMPOTENCY_KEY, KEY_PROBLEMS, idempotent, nothing, sent
from .lists import ListView
from .problems import Problem
from .staff import StaffView

LATER = later(200)


class TrainingFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(field_name="job__state", choices=Job.State.choices)

    class Meta:
        model = Training
        fields: ClassVar[list[str]] = []


class TrainingList(StaffView, ListView):
    serializer_class = TrainingSerializer
    queryset = Training.objects.none()
    filterset_class = TrainingFilter

    def get_queryset(self) -> QuerySet[Training]:
        return trainings()

    @extend_schema(
        summary="List trainings",
        description="For staff. Newest first, in pages: follow `next` until it is null.",
        responses=problems({200: TrainingSerializer(many=True)}, "invalid", "forbidden"),
    )
    def get(self, request: Request) -> Response:
        return self.listed()

    @extend_schema(
        summary="Start a training",
        description=(
            "For staff. One runs at a time: while another is under way the answer is 409, and its "
            "`training` names that one. Follow the training itself, or its job."
        ),
        request=TrainingWishSerializer,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes(
            {202: TrainingSerializer}, *BODY, *KEY_PROBLEMS, "training-refused", "training-runs"
        ),
    )
    @idempotent(sent)
    def post(self, request: Request) -> Response:
        serializer = TrainingWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        choices = replace(default_choices(), **serializer.validated_data)
        try:
            training = start_training(choices, by=self.person, trigger=Job.Trigger.API)
        except TrainingRuns as refusal:
            running = str(refusal.training.pk)
            raise Problem("training-runs", str(refusal), training=running) from refusal
        except TrainingRefused as refusal:
            raise Problem("training-refused", str(refusal)) from refusal
        return accepted(request, training.job, TrainingSerializer(training).data)


class TrainingView(StaffView):
    def named(self, training_id: UUID) -> Training:
        return get_object_or_404(trainings().defer(None), pk=training_id)


class TrainingDetail(TrainingView):
    @extend_schema(
        summary="Show a training",
        description="For staff. With its epochs, and the last lines of its log.",
        parameters=[LATER],
        responses=problems({200: TrainingDetailSerializer}, "not-found", "forbidden"),
    )
    def get(self, request: Request, training_id: UUID) -> Response:
        training = self.named(training_id)
        return Response(TrainingDetailSerializer(training).data, headers=ask_again(training.job))


class TrainingCancel(TrainingView):
    @extend_schema(
        summary="Cancel a training",
        description="For staff. 202 while its worker is asked to stop, 200 when it has ended.",
        request=None,
        parameters=[IDEMPOTENCY_KEY, LOCATION, RETRY_AFTER],
        responses=changes(
            {200: TrainingSerializer, 202: TrainingSerializer}, *KEY_PROBLEMS, "not-found"
        ),
    )
    @idempotent(nothing)
    def post(self, request: Request, training_id: UUID) -> Response:
        training = self.named(training_id)
        training.job = lifecycle.cancel(training.job)
        said: Any = TrainingSerializer(training).data
        return accepted(request, training.job, said) if training.job.is_open else Response(said)
