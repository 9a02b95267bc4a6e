"""What every view of the API shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, cast

from django.http import Http404
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from tagger.libraries.members import Role, membership_in, require, usual
from tagger.models import Library, Membership, User

from .authentication import BearerAuthentication
from .parsers import BoundedJSONParser
from .permissions import TokenMayWrite
from .problems import Problem, problem_handler
from .throttles import MethodThrottle

LONGEST_ID = 18


class JsonWhateverIsAccepted(DefaultContentNegotiation):
    """There is one format, so a wish for another is passed over instead of answered with 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class FirstUnlessAccepted(DefaultContentNegotiation):
    """There are several formats, and one that is there is better than a 406 without any."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        renderers = list(renderers)
        try:
            wanted: tuple[Any, str] = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            return renderers[0], renderers[0].media_type
        return wanted


class ApiView(APIView):
    authentication_classes: Sequence[type[BaseAuthentication]] = (
        BearerAuthentication,
        SessionAuthentication,
    )
    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated, TokenMayWrite)
    parser_classes = (BoundedJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JsonWhateverIsAccepted
    throttle_classes = (MethodThrottle,)
    query_parameters: ClassVar[frozenset[str]] = frozenset()
    # Whether it is about one library, which `library` in the address may name.
    of_library: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.refuse_unknown_parameters(request)
        if self.of_library and request.user.is_authenticated:
            self.membership = self._named_membership()

    def get_exception_handler(self) -> Callable[..., Any]:
        return problem_handler

    def known_parameters(self, request: Request) -> frozenset[str]:
        """Reading takes parameters, writing none."""
        return self.query_parameters if request.method in ("GET", "HEAD") else frozenset()

    def refuse_unknown_parameters(self, request: Request) -> None:
        known = self.known_parameters(request)
        if self.of_library:
            known |= {"library"}
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            listed = ", ".join(sorted(known)) or "none"
            errors = [
                {"parameter": name, "code": "unknown", "detail": f"{name} is not known here."}
                for name in unknown
            ]
            raise Problem("unknown-parameter", f"Known here: {listed}.", errors=errors)

    @property
    def person(self) -> User:
        return cast(User, self.request.user)

    @property
    def library(self) -> Library:
        """The one that is asked about."""
        return self.membership.library

    def need(self, role: Role) -> None:
        """Raises RoleError where the person has no such role in it."""
        require(self.membership, role)

    def _named_membership(self) -> Membership:
        named = self.request.query_params.get("library")
        found = usual(self.person) if named is None else membership_in(self.person, _number(named))
        if found is None:
            raise Http404
        return found


def _number(named: str) -> int:
    """A number that no row can have is that of no library."""
    return int(named) if named.isascii() and named.isdigit() and len(named) <= LONGEST_ID else 0
