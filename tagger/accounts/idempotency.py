"""A key stands for one request: the first one does the work, those after it get its answer.

Answers may hold secrets that are kept nowhere else, so they are sealed.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from tagger.models import KeptAnswer, User
from tagger.platform.encryption import SealBroken, seal, unseal

ANSWER_LIFETIME = timedelta(hours=24)
# No request takes longer: one that has not ended by then died with its process.
IN_FLIGHT = timedelta(minutes=10)


class KeyReusedError(Exception):
    """The key stands for a request with other content."""


class KeyInUseError(Exception):
    """The first request with this key has not been answered yet."""


def begin(owner: User, key: str, fingerprint: str) -> KeptAnswer:
    """The row of this request. Without a status it is ours to do; with one it has been done.

    Raises KeyReusedError and KeyInUseError.
    """
    row, made = KeptAnswer.objects.get_or_create(
        owner=owner,
        key=key,
        defaults={"fingerprint": fingerprint, "created_at": timezone.now()},
    )
    if row.fingerprint != fingerprint:
        raise KeyReusedError
    if row.status is not None:
        return _opened(row)
    if not made and not _take_over(row):
        raise KeyInUseError
    return row


def keep(row: KeptAnswer, status: int, headers: dict[str, str], body: str) -> None:
    """From now on this is the answer, unless the request has been taken over meanwhile."""
    _ours(row).update(status=status, headers=headers, body=seal(body))


def release(row: KeptAnswer) -> None:
    """Nothing came of it: the key may be used again at once."""
    _ours(row).delete()


def forget_old() -> int:
    old = KeptAnswer.objects.filter(created_at__lt=timezone.now() - ANSWER_LIFETIME)
    return old.delete()[0]


def _opened(row: KeptAnswer) -> KeptAnswer:
    try:
        row.body = unseal(row.body)
    except SealBroken:
        # The site has another key since: nobody can read this answer any more.
        raise KeyReusedError from None
    return row


def _take_over(row: KeptAnswer) -> bool:
    """Of many who find the request of a dead process, one goes on with it."""
    now = timezone.now()
    if row.created_at >= now - IN_FLIGHT:
        return False
    taken = _ours(row).update(created_at=now)
    row.created_at = now
    return bool(taken)


def _ours(row: KeptAnswer) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(pk=row.pk, status=None, created_at=row.created_at)
