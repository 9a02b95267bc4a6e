"""`Authorization: Bearer TOKEN`, beside the session of the web page."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from tagger.accounts.tokens import recognise_token
from tagger.models import ApiToken, User

from .throttles import BadTokenThrottle

# What other programs use. Ones that no program does are passed over, as if nothing were sent.
OTHER_SCHEMES = (b"token", b"basic")


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() in OTHER_SCHEMES:
            raise AuthenticationFailed(
                f"{scheme.decode().capitalize()} authorisation is not known here. Make a token on "
                "the account page and send it as: Authorization: Bearer TOKEN."
            )
        if scheme.lower() != b"bearer":
            return None
        token = recognise_token(secret.strip().decode("latin-1"))
        if token is None:
            _count(request)
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Tonemark"'


def _count(request: Request) -> None:
    """There is nothing to be guessed in 256 bits, but each guess costs a look at the database."""
    throttle = BadTokenThrottle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        raise Throttled(throttle.wait())


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "tagger.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
