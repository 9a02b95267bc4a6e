"""What every view of the API shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, cast

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from tagger.models import Library, User

from .authentication import BearerAuthentication
from .parsers import BoundedJSONParser
from .permissions import TokenMayWrite
from .problems import Problem, problem_handler
from .throttles import MethodThrottle


class JsonWhateverIsAccepted(DefaultContentNegotiation):
    """There is one format, so a wish for another is passed over instead of answered with 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


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

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.refuse_unknown_parameters(request)

    def get_exception_handler(self) -> Callable[..., Any]:
        return problem_handler

    def known_parameters(self, request: Request) -> frozenset[str]:
        """Reading takes parameters, writing none."""
        return self.query_parameters if request.method in ("GET", "HEAD") else frozenset()

    def refuse_unknown_parameters(self, request: Request) -> None:
        known = self.known_parameters(request)
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
        return self.person.personal_library
