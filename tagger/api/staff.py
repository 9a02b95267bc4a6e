"""For the people who run the installation: others are known here, and may not."""

from __future__ import annotations

from rest_framework.permissions import IsAdminUser, IsAuthenticated

from .base import ApiView
from .permissions import NotLimited, TokenMayWrite


class StaffView(ApiView):
    permission_classes = (IsAuthenticated, IsAdminUser, NotLimited, TokenMayWrite)
