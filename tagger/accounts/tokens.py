"""API tokens: made, recognised, revoked. The secret exists only in the answer to the person."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tagger.models import ApiToken, User

PREFIX = "tm_"
TOUCH_EVERY = timedelta(minutes=1)


def make_token(
    owner: User, name: str, scope: ApiToken.Scope, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The row and the secret. The secret cannot be had again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        owner=owner,
        name=name,
        scope=scope,
        prefix=secret[:8],
        digest=_digest(secret),
        expires_at=expires_at,
    )
    return row, secret


def recognise_token(secret: str) -> ApiToken | None:
    """The valid token of an active person with this secret. Notes when it was last used."""
    token = ApiToken.objects.select_related("owner").filter(digest=_digest(secret)).first()
    if token is None or not token.is_valid or not token.owner.is_active:
        return None
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - TOUCH_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


def revoke_token(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def _digest(secret: str) -> str:
    """Plain SHA-256 suffices: the secret has 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def register(username: str, password: str) -> User:
    """An ordinary account: the sign-up form is open to strangers, so it never makes staff."""
    return User.objects.create_user(username=username, password=password)
