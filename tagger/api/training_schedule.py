from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.api.serializers.training_schedule import ScheduleSerializer, SwitchSerializer
from tagger.training.schedule import schedule, switch_schedule

from .documentation import BODY, changes, problems
from .staff import StaffView


class TrainingSchedule(StaffView):
    @extend_schema(
        operation_id="trainings_schedule_retrieve",
        summary="Whether trainings begin by themselves",
        description="For staff. One begins once `wanted` verdicts have come since the last.",
        responses=problems({200: ScheduleSerializer}, "forbidden"),
    )
    def get(self, request: Request) -> Response:
        return Response(ScheduleSerializer(schedule()).data)

    @extend_schema(
        operation_id="trainings_schedule_update",
        summary="Switch the schedule of trainings",
        description="For staff.",
        request=SwitchSerializer,
        responses=changes({200: ScheduleSerializer}, *BODY),
    )
    def put(self, request: Request) -> Response:
        serializer = SwitchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        switch_schedule(serializer.validated_data["enabled"])
        return Response(ScheduleSerializer(schedule()).data)
