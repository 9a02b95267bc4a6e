"""Sends what webhooks are owed, again and again until it arrives or there is no hope left.

A delivery is leased before it is sent: a sender that dies leaves it to be sent again, so an event
may arrive twice but never not at all. Its id stays the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from tagger.models import Webhook, WebhookAttempt, WebhookDelivery
from tagger.platform.net.safe_post import Outcome, post

from .manage import signing_secrets, switch_off

# Receivers answer slowly; each waits for its own, and threads that wait cost little.
PARALLEL = 8
# Other maintenance waits meanwhile, so what is left then waits for the next call.
BUDGET_SECONDS = 15.0
# Longer than the budget and one call together: nothing is sent twice by a sender that lives.
LEASE = timedelta(minutes=2)
# With the waits below (10 s, 40 s, … 12 h) two days and a half of trying.
MOST_TRIES = 12
FIRST_WAIT, GROWTH, LONGEST_WAIT = 10.0, 4.0, 12 * 60 * 60.0
# As the words of Webhook.Off say.
HOPELESS = timedelta(days=3)
LOG_RETENTION = timedelta(days=30)
GONE = 410
AGENT = "Tonemark-Webhooks"


@dataclass(frozen=True)
class Parcel:
    """A leased delivery, ready to be sent by a thread that never touches the database."""

    delivery: WebhookDelivery
    url: str
    body: bytes
    headers: dict[str, str]

    def send(self) -> Outcome:
        return post(self.url, self.body, self.headers)


def deliver_due() -> int:
    """Send what is due, side by side for different webhooks. How many calls were made."""
    made, until = 0, time.monotonic() + BUDGET_SECONDS
    with ThreadPoolExecutor(PARALLEL) as threads:
        while time.monotonic() < until:
            parcels = [_parcel(delivery) for delivery in _lease_due()]
            if not parcels:
                break
            outcomes = threads.map(Parcel.send, parcels)
            for parcel, outcome in zip(parcels, outcomes, strict=True):
                record(parcel.delivery, outcome)
            made += len(parcels)
    return made


def record(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Log what came of it, and decide how to go on. A webhook deleted meanwhile is no matter."""
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
        if webhook is None or not WebhookDelivery.objects.filter(pk=delivery.pk).exists():
            return
        WebhookAttempt.objects.create(
            delivery=delivery,
            made_at=timezone.now(),
            status=outcome.status,
            milliseconds=outcome.milliseconds,
            excerpt=outcome.excerpt,
            error=outcome.error,
        )
        if outcome.delivered:
            _arrived(webhook, delivery)
        else:
            _failed(webhook, delivery, outcome)


def forget_old() -> int:
    """The log goes back thirty days."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - LOG_RETENTION)
    return old.delete()[0]


def wait_after(tries: int) -> timedelta:
    """Ever longer, up to half a day, and never in step with others."""
    wait = min(FIRST_WAIT * GROWTH ** (tries - 1), LONGEST_WAIT)
    return timedelta(seconds=wait * random.uniform(0.8, 1.2))  # noqa: S311  no secret


def _lease_due() -> list[WebhookDelivery]:
    """The oldest of each webhook, taken from all other senders for a while."""
    now = timezone.now()
    due = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.PENDING, next_try_at__lte=now, webhook__disabled_at=None
    )
    oldest = due.order_by("webhook_id", "next_try_at").distinct("webhook_id")[:PARALLEL]
    return list(_leased(oldest, now))


def _leased(due: Iterable[WebhookDelivery], now: datetime) -> Iterable[WebhookDelivery]:
    for delivery in due:
        free = WebhookDelivery.objects.filter(
            pk=delivery.pk, state=WebhookDelivery.State.PENDING, next_try_at__lte=now
        )
        if free.update(next_try_at=now + LEASE, tries=F("tries") + 1):
            yield from WebhookDelivery.objects.select_related("webhook").filter(pk=delivery.pk)


def _parcel(delivery: WebhookDelivery) -> Parcel:
    now, message = timezone.now(), f"msg_{delivery.pk.hex}"
    signatures = [
        Signer(secret).sign(message, now, delivery.body)
        for secret in signing_secrets(delivery.webhook)
    ]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return Parcel(delivery, delivery.webhook.url, delivery.body.encode(), headers)


def _arrived(webhook: Webhook, delivery: WebhookDelivery) -> None:
    _update_state(delivery, WebhookDelivery.State.DELIVERED, None)
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=None)


def _failed(webhook: Webhook, delivery: WebhookDelivery, outcome: Outcome) -> None:
    now = timezone.now()
    given_up = delivery.tries >= MOST_TRIES
    state = WebhookDelivery.State.FAILED if given_up else WebhookDelivery.State.PENDING
    _update_state(delivery, state, None if given_up else now + wait_after(delivery.tries))
    if webhook.failing_since is None:
        webhook.failing_since = now
        webhook.save(update_fields=["failing_since"])
    if outcome.status == GONE:
        switch_off(webhook, Webhook.Off.GONE)
    elif webhook.failing_since < now - HOPELESS:
        switch_off(webhook, Webhook.Off.UNREACHABLE)


def _update_state(delivery: WebhookDelivery, state: str, next_try: datetime | None) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state=state, next_try_at=next_try)
