"""Counts that all processes of an installation share. They are kept by the broker, and expire."""

from __future__ import annotations

from functools import cache
from typing import cast

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

__all__ = ["CounterError", "count"]

CounterError = RedisError
# Whoever is counted waits for it.
_SECONDS = 1.0


def count(key: str, seconds: int) -> tuple[int, float]:
    """One more: how many since the first, and in how many seconds it begins anew.

    Raises CounterError when the broker is away.
    """
    with _store().pipeline() as steps:
        steps.incr(key)
        steps.expire(key, seconds, nx=True)
        steps.pttl(key)
        number, _, milliseconds = cast(tuple[int, bool, int], steps.execute())
    if milliseconds > seconds * 1_000:
        # The clock was set back: what was counted would hold for as long as that.
        _store().set(key, 1, ex=seconds)
        return 1, float(seconds)
    return number, milliseconds / 1_000


@cache
def _store() -> Redis:
    """Safe in threads, and in a process that is forked from this one."""
    address = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1)
    return Redis.from_url(address, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
