from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from .examples import example

SCHEDULE = {"enabled": True, "new": 42, "wanted": 100}


@extend_schema_serializer(examples=example("schedule", SCHEDULE))
class ScheduleSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    new = serializers.IntegerField(help_text="Verdicts since the last training began.")
    wanted = serializers.IntegerField(help_text="From so many on one begins.")


@extend_schema_serializer(examples=example("switch", {"enabled": True}, request=True))
class SwitchSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
