from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Signer
from standardwebhooks import WebhookVerificationError

from tagger.models import User, Webhook, WebhookAttempt, WebhookDelivery
from tagger.platform.net.safe_post import Outcome
from tagger.webhooks import delivery as webhook_delivery
from tagger.webhooks import manage
from tagger.webhooks.delivery import deliver_due, forget_old, wait_after
from tagger.webhooks.events import announce

from .receiver import Receiver


def make_due(delivery: WebhookDelivery, **values: Any) -> None:
    values = {"next_try_at": timezone.now()} | values
    WebhookDelivery.objects.filter(pk=delivery.pk).update(**values)


def test_a_call_is_signed_as_standard_webhooks_says(owner: User, receiver: Receiver) -> None:
    webhook, secret = manage.make_webhook(owner, receiver.url, [Webhook.Event.TRACK_TAGGED])
    delivery = manage.send_test(webhook)
    assert deliver_due() == 1
    call = receiver.calls[0]
    seen = Signer(secret).verify(call.body, call.headers)
    assert seen["type"] == "webhook.test"
    assert seen["data"] == {"webhook": str(webhook.pk)}
    assert call.headers["webhook-id"] == f"msg_{delivery.pk.hex}"
    with pytest.raises(WebhookVerificationError):
        Signer(secret).verify(call.body + b" ", call.headers)


def test_a_new_secret_signs_beside_the_old_one_for_a_day(owner: User, receiver: Receiver) -> None:
    webhook, old = manage.make_webhook(owner, receiver.url, [Webhook.Event.TRACK_TAGGED])
    new = manage.rotate_secret(webhook)
    manage.send_test(webhook)
    deliver_due()
    for secret in (old, new):
        Signer(secret).verify(receiver.calls[0].body, receiver.calls[0].headers)
    Webhook.objects.update(rotated_at=timezone.now() - timedelta(hours=25))
    manage.send_test(Webhook.objects.get())
    deliver_due()
    Signer(new).verify(receiver.calls[1].body, receiver.calls[1].headers)
    with pytest.raises(WebhookVerificationError):
        Signer(old).verify(receiver.calls[1].body, receiver.calls[1].headers)


def test_what_has_arrived_is_not_sent_again(webhook: Webhook, receiver: Receiver) -> None:
    delivery = manage.send_test(webhook)
    assert (deliver_due(), deliver_due()) == (1, 0)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == ("delivered", None)
    attempt = delivery.attempts.get()
    assert (attempt.status, attempt.error) == (204, "")


def test_a_failure_is_tried_again_later_with_the_same_id(
    webhook: Webhook, receiver: Receiver
) -> None:
    receiver.statuses, receiver.answer = [503, 204], b"down for repairs"
    delivery = manage.send_test(webhook)
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == "pending"
    assert delivery.next_try_at is not None
    assert delivery.next_try_at > timezone.now()
    assert deliver_due() == 0
    assert delivery.attempts.get().excerpt == "down for repairs"
    webhook.refresh_from_db()
    assert webhook.failing_since is not None
    make_due(delivery)
    deliver_due()
    delivery.refresh_from_db()
    webhook.refresh_from_db()
    assert (delivery.state, webhook.failing_since) == ("delivered", None)
    first, second = (call.headers["webhook-id"] for call in receiver.calls)
    assert first == second


def test_the_pauses_grow_to_half_a_day_and_span_three_days() -> None:
    pauses = [wait_after(tries) for tries in range(1, webhook_delivery.MOST_TRIES)]
    assert timedelta(seconds=8) <= pauses[0] <= timedelta(seconds=12)
    assert pauses[-1] <= timedelta(hours=12) * 1.2
    assert timedelta(days=2) < sum(pauses, timedelta()) < timedelta(days=3.5)
    assert len({wait_after(3) for _ in range(5)}) > 1


def test_there_is_an_end_to_trying(webhook: Webhook, receiver: Receiver) -> None:
    receiver.statuses = [500]
    delivery = manage.send_test(webhook)
    make_due(delivery, tries=webhook_delivery.MOST_TRIES - 1)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == ("failed", None)


def test_a_webhook_that_fails_for_days_is_switched_off(
    webhook: Webhook, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    delivery, waiting = manage.send_test(webhook), manage.send_test(webhook)
    make_due(waiting, next_try_at=timezone.now() + timedelta(hours=1))
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=4))
    deliver_due()
    webhook.refresh_from_db()
    assert webhook.disabled_reason == Webhook.Off.UNREACHABLE
    assert {row.state for row in webhook.deliveries.all()} == {"failed"}
    assert delivery.attempts.count() == 1


def test_gone_is_gone(webhook: Webhook, receiver: Receiver) -> None:
    receiver.statuses = [410]
    manage.send_test(webhook)
    deliver_due()
    webhook.refresh_from_db()
    assert webhook.disabled_reason == Webhook.Off.GONE
    with pytest.raises(manage.WebhookError):
        manage.send_test(webhook)


def test_a_failing_webhook_does_not_hold_up_another(
    owner: User, webhook: Webhook, receiver: Receiver
) -> None:
    dead = manage.make_webhook(owner, "http://127.0.0.1:9/", [Webhook.Event.TRACK_DELETED])[0]
    for _ in range(3):
        announce(owner.personal_library.pk, Webhook.Event.TRACK_DELETED, track="x")
    deliver_due()
    assert webhook.deliveries.filter(state="delivered").count() == 3
    assert {row.attempts.count() for row in dead.deliveries.all()} == {1}


@pytest.mark.django_db(transaction=True)
def test_two_senders_send_each_event_once(webhook: Webhook, receiver: Receiver) -> None:
    from django.db import connection

    for _ in range(10):
        manage.send_test(webhook)

    def send() -> int:
        try:
            return deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        made = sum(threads.map(lambda _: send(), range(2)))
    assert made == 10
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 10


def test_a_sender_that_died_leaves_its_delivery_to_the_next(
    webhook: Webhook, receiver: Receiver
) -> None:
    delivery = manage.send_test(webhook)
    leased = webhook_delivery._lease_due()
    assert [row.pk for row in leased] == [delivery.pk]
    assert deliver_due() == 0
    make_due(delivery)
    assert deliver_due() == 1


def test_a_webhook_deleted_while_it_is_called_is_no_matter(webhook: Webhook) -> None:
    delivery = manage.send_test(webhook)
    manage.delete_webhook(Webhook.objects.get())
    webhook_delivery.record(delivery, Outcome(204, 5))
    assert not WebhookAttempt.objects.exists()


def test_the_log_goes_back_thirty_days(webhook: Webhook) -> None:
    old, young = manage.send_test(webhook), manage.send_test(webhook)
    long_ago = timezone.now() - timedelta(days=31)
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=long_ago)
    forget_old()
    assert list(webhook.deliveries.all()) == [young]


def test_the_body_is_thin(webhook: Webhook, owner: User) -> None:
    announce(owner.personal_library.pk, Webhook.Event.TRACK_TAGGED, track="t", model="m")
    body = json.loads(webhook.deliveries.get().body)
    library = owner.personal_library.pk
    assert body["data"] == {"track": "t", "model": "m", "library": library}
    assert body["timestamp"].endswith("Z")
