"""Tells webhooks what has happened. Call it within the transaction that made it happen."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from tagger.models import Membership, Webhook, WebhookDelivery
from tagger.platform.celery.tasks import DELIVER_WEBHOOKS, send

logger = logging.getLogger(__name__)

# The clock looks for what is due as well, so an old wake-up call has nothing to do.
WAKE_SECONDS = 10


def announce(library_id: int | None, event: Webhook.Event, **data: Any) -> None:
    """To the webhooks of a library's members; what is in none is told to nobody."""
    members = Membership.objects.filter(library=library_id)
    listening = Webhook.objects.filter(_within(library_id), owner__in=members.values("person"))
    _write(listening, event, data | {"library": library_id})


def _within(library_id: int | None) -> Q:
    """Not limited to another library."""
    return Q(library=None) | Q(library=library_id)


def announce_to(owner_id: int | None, event: Webhook.Event, **data: Any) -> None:
    """To the webhooks of one person; work that nobody owns is told to nobody."""
    _write(Webhook.objects.filter(owner=owner_id, library=None), event, data)


def announce_many(event: Webhook.Event, told: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """`told` holds, of each thing that happened, its library and what there is to say of it."""
    people: dict[int, set[int]] = defaultdict(set)
    members = Membership.objects.filter(library__in={library for library, _data in told})
    for library, person in members.values_list("library", "person"):
        people[library].add(person)
    anybody = set().union(*people.values())
    listening = list(_listening(Webhook.objects.filter(owner__in=anybody), event))
    for library, data in told:
        own = [
            webhook
            for webhook in listening
            if webhook.owner_id in people[library] and webhook.library_id in (None, library)
        ]
        if own:
            _deliver_later(own, event, data | {"library": library})


def announce_to_staff(event: Webhook.Event, **data: Any) -> None:
    _write(Webhook.objects.filter(owner__is_staff=True, library=None), event, data)


def deliver_later(webhook: Webhook, event: str, data: dict[str, Any]) -> WebhookDelivery:
    """Write one event for one webhook, and have it sent once the transaction has committed."""
    return _deliver_later([webhook], event, data)[0]


def wake() -> None:
    """Have what is due sent now. With the broker away, the clock sees to it later."""
    try:
        send(DELIVER_WEBHOOKS, expires=WAKE_SECONDS)
    except (OperationalError, OSError) as error:
        logger.warning("webhooks wait, the broker is away: %s", error)


def _write(webhooks: QuerySet[Webhook], event: Webhook.Event, data: dict[str, Any]) -> None:
    listeners = list(_listening(webhooks, event))
    if listeners:
        _deliver_later(listeners, event, data)


def _listening(webhooks: QuerySet[Webhook], event: Webhook.Event) -> QuerySet[Webhook]:
    listening = webhooks.filter(events__contains=[event], disabled_at=None, owner__is_active=True)
    return listening.only("pk", "owner_id", "library_id")


def _deliver_later(
    webhooks: list[Webhook], event: str, data: dict[str, Any]
) -> list[WebhookDelivery]:
    now = timezone.now()
    text = body(event, now, data)
    written = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, event=event, body=text, next_try_at=now)
        for webhook in webhooks
    )
    transaction.on_commit(wake)
    return written


def body(event: str, moment: datetime, data: dict[str, Any]) -> str:
    """Thin: ids and little else. Who may read the rest asks the API for it."""
    stamp = moment.isoformat().replace("+00:00", "Z")
    content = {"type": event, "timestamp": stamp, "data": data}
    return json.dumps(content, default=str, separators=(",", ":"))
