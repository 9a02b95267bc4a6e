from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tagger.models import ApiToken, User

from .problems import Problem

if TYPE_CHECKING:
    # At run time a circle: the settings of views name this module.
    from rest_framework.views import APIView


def refuse_limited(person: User) -> None:
    """For what belongs to no library. Raises Problem where a token acts for them within one."""
    if person.limited_to:
        raise Problem("limited-token", "This token may only act in one library.")


class NotLimited(BasePermission):
    """What staff do belongs to no library."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if isinstance(request.user, User):
            refuse_limited(request.user)
        return True


class TokenMayWrite(BasePermission):
    """A read-only token changes nothing. Sessions may do all that their person may."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken) or request.method in SAFE_METHODS:
            return True
        if token.scope != ApiToken.Scope.WRITE:
            raise Problem("read-only-token", "This token may only read.")
        return True
