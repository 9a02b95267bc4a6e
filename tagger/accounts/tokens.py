"""API tokens: made, recognised, revoked. The secret exists only in the answer to the person."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from tagger.models import ApiToken, Library, User

PREFIX = "tm_"
# "Last used" is shown to the minute at most: a busy script does not write a row a request.
TOUCH_EVERY = timedelta(minutes=1)


class TokenOutlives(ValueError):
    """A token made with another one may not be valid for longer than that one."""


def make_token(
    owner: User,
    name: str,
    scope: ApiToken.Scope,
    expires_at: datetime | None = None,
    *,
    library: Library | None = None,
    made_with: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """The row and the secret. The secret cannot be had again.

    One that is limited to a library acts there alone. One made with another token expires with it
    at the latest, is revoked with it, and is limited as it is. Raises TokenOutlives where
    `expires_at` is later.
    """
    if made_with and made_with.expires_at:
        expires_at = expires_at or made_with.expires_at
        if expires_at > made_with.expires_at:
            raise TokenOutlives
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        owner=owner,
        library_id=owner.limit_for(library),
        name=name,
        scope=scope,
        prefix=secret[:8],
        digest=_digest(secret),
        expires_at=expires_at,
        made_with=made_with,
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
    token.owner.limited_to = token.library_id
    return token


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """Those that are not revoked; by a limited token only those with its limit are seen."""
    tokens = ApiToken.objects.filter(owner=person, revoked_at=None).select_related("library")
    return person.within_limit(tokens)


def revoke_token(token: ApiToken) -> None:
    """And whatever was made with it: who found a token must not keep another."""
    now = timezone.now()
    revoked = {token.pk}
    while revoked:
        ApiToken.objects.filter(pk__in=revoked, revoked_at=None).update(revoked_at=now)
        made = ApiToken.objects.filter(made_with__in=revoked, revoked_at=None)
        revoked = set(made.values_list("pk", flat=True))


def _digest(secret: str) -> str:
    """Plain SHA-256 suffices: the secret has 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
