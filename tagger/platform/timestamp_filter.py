from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django_filters.fields import IsoDateTimeField


class TimestampField(IsoDateTimeField):
    """In UTC: Python knows time zones that Postgres refuses."""

    def to_python(self, value: Any) -> datetime | None:
        timestamp: datetime | None = super().to_python(value)
        try:
            return timestamp and timestamp.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class TimestampFilter(filters.IsoDateTimeFilter):
    field_class = TimestampField
