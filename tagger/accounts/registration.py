"""Accounts that people make themselves, where that is open."""

from __future__ import annotations

import ipaddress
import logging
import math

from django.conf import settings

from tagger.models import User
from tagger.platform.rate_counter import CounterError, count

HOUR = 3_600
# What one customer of a provider usually has of IPv6.
NETWORK = 64

logger = logging.getLogger(__name__)


def register(username: str, password: str) -> User:
    """An ordinary account: the sign-up form is open to strangers, so it never makes staff."""
    return User.objects.create_user(username=username, password=password)


def seconds_to_wait(address: str) -> int:
    """One more account from this address: 0, or how long until one may be made there again."""
    most = settings.REGISTRATIONS_AN_HOUR
    if not most:
        return 0
    try:
        number, left = count(f"tonemark:registration:{_counted_as(address)}", HOUR)
    except CounterError as error:
        logger.warning("registrations are not counted, the broker is away: %s", error)
        return 0
    return max(1, math.ceil(left)) if number > most else 0


def _counted_as(address: str) -> str:
    """Of IPv6 the network, whose addresses are without number."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:  # a unix socket has none
        return address
    if known.version == 4:
        return address
    return str(ipaddress.ip_network((known, NETWORK), strict=False))
