"""Webhooks: made, changed, tried out, sent again, deleted."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tagger.models import Library, User, Webhook, WebhookDelivery
from tagger.platform.net.ssrf_guard import AddressError, checked_url

from .events import deliver_later, wake
from .notices import BY_ITSELF, mail_later, renew_notice

# Each event of a library is written once for each of them.
MOST = 20
TEST = "webhook.test"
# Calls carry both signatures this long, so that a receiver can change over without a gap.
OVERLAP = timedelta(hours=24)


class WebhookError(Exception):
    """It cannot be done; the message says why. `field` names what is at fault, if a field is."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.field = field


def make_webhook(
    owner: User, url: str, events: Sequence[str], *, library: Library | None = None
) -> tuple[Webhook, str]:
    """The row and its secret, which is shown this once. Raises WebhookError.

    One that is limited to a library is told of nothing else.
    """
    limit = owner.limit_for(library)
    _check(owner, url, events, limit)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if owner.webhooks.count() >= MOST:
            raise WebhookError(f"You have {MOST} webhooks, which is the most. Delete one first.")
        webhook = Webhook.objects.create(
            owner=owner, library_id=limit, url=url, events=sorted(set(events)), salt=_salt()
        )
    return webhook, secret_of(webhook, webhook.salt)


def change_webhook(
    webhook: Webhook, url: str, events: Sequence[str], *, library: Library | None
) -> Webhook:
    limit = webhook.owner.limit_for(library)
    _check(webhook.owner, url, events, limit)
    webhook.url, webhook.events, webhook.library_id = url, sorted(set(events)), limit
    webhook.save(update_fields=["url", "events", "library"])
    return webhook


def switch_on(webhook: Webhook) -> Webhook:
    """From now on it is notified of what happens; what it has missed can be sent again."""
    with transaction.atomic():
        switched = _switch(webhook, disabled_at=None, disabled_reason="", failing_since=None)
        renew_notice(webhook.owner_id)
    return switched


def switch_off(webhook: Webhook, reason: Webhook.Off = Webhook.Off.BY_HAND) -> Webhook:
    """What was still to be sent stays in the log, as failed."""
    waiting = webhook.deliveries.filter(state=WebhookDelivery.State.PENDING)
    with transaction.atomic():
        switched = _switch(webhook, disabled_at=timezone.now(), disabled_reason=reason)
        waiting.update(state=WebhookDelivery.State.FAILED, next_try_at=None)
        renew_notice(webhook.owner_id)
        if reason in BY_ITSELF:
            mail_later(webhook)
    return switched


def rotate_secret(webhook: Webhook) -> str:
    """A new secret. The old one signs beside it for a day."""
    webhook.former_salt, webhook.salt = webhook.salt, _salt()
    webhook.rotated_at = timezone.now()
    webhook.save(update_fields=["former_salt", "salt", "rotated_at"])
    return secret_of(webhook, webhook.salt)


def delete_webhook(webhook: Webhook) -> None:
    with transaction.atomic():
        webhook.delete()
        renew_notice(webhook.owner_id)


def send_test(webhook: Webhook) -> WebhookDelivery:
    """An event that says nothing but that events arrive."""
    _refuse_if_off(webhook)
    return deliver_later(webhook, TEST, {"webhook": webhook.pk})


def send_again(delivery: WebhookDelivery) -> WebhookDelivery:
    """The same event with the same id, so that a receiver knows it. Pending ones go at once."""
    _refuse_if_off(delivery.webhook)
    delivery.state, delivery.tries = WebhookDelivery.State.PENDING, 0
    delivery.next_try_at = timezone.now()
    with transaction.atomic():
        delivery.save(update_fields=["state", "tries", "next_try_at"])
        transaction.on_commit(wake)
    return delivery


def signing_secrets(webhook: Webhook) -> list[str]:
    """The secret, and for a day after a change the former one as well."""
    salts = [webhook.salt]
    if webhook.rotated_at and webhook.rotated_at > timezone.now() - OVERLAP:
        salts.append(webhook.former_salt)
    return [secret_of(webhook, salt) for salt in salts]


def secret_of(webhook: Webhook, salt: str) -> str:
    """Derived with the site's own key: a copy of the database alone forges no event."""
    derived = salted_hmac("tagger.webhook", f"{webhook.pk}:{salt}", algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(derived).decode()}"


def _salt() -> str:
    return secrets.token_urlsafe(32)


def _switch(webhook: Webhook, **values: object) -> Webhook:
    for name, value in values.items():
        setattr(webhook, name, value)
    webhook.save(update_fields=list(values))
    return webhook


def _refuse_if_off(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise WebhookError("The webhook is switched off. Switch it on first.")


def _check(owner: User, url: str, events: Sequence[str], limit: int | None) -> None:
    try:
        checked_url(url)
    except AddressError as error:
        raise WebhookError(str(error), "url") from error
    if not events:
        raise WebhookError("Choose at least one event.", "events")
    if not owner.is_staff and Webhook.STAFF_EVENTS & set(events):
        raise WebhookError("These events are for staff only.", "events")
    if limit and Webhook.STAFF_EVENTS & set(events):
        detail = "Trainings and changes of model belong to no library. Leave the library out."
        raise WebhookError(detail, "events")
