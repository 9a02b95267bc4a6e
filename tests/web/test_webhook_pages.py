from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.models import User, Webhook
from tagger.webhooks import manage
from tagger.webhooks.delivery import deliver_due
from tests.tagger.webhooks.receiver import receiving

from . import rows

PAGE = "/account/webhooks/"
WISH = {"url": "https://example.org/hook", "events": ["track.tagged"]}


@pytest.fixture
def webhook(owner: User) -> Webhook:
    return manage.make_webhook(owner, WISH["url"], [Webhook.Event.TRACK_TAGGED])[0]  # type: ignore[arg-type]


def address(name: str, webhook: Webhook, **more: Any) -> str:
    return reverse(f"web:{name}", kwargs={"webhook_id": webhook.pk, **more})


def test_a_webhooks_secret_is_shown_once(page: Client) -> None:
    assert "No webhooks yet." in page.get(PAGE).content.decode()
    response = page.post(PAGE, WISH)
    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert secret not in page.get(PAGE).content.decode()
    assert "https://example.org/hook" in page.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://192.168.1.1/"}, "private network"),
        ({"url": "nonsense"}, "must begin with https://"),
        ({"events": []}, "This field is required."),
        ({"events": ["model.activated"]}, "Select a valid choice."),
    ],
)
def test_a_bad_wish_is_answered_with_a_reason(
    page: Client, wrong: dict[str, Any], said: str
) -> None:
    response = page.post(PAGE, WISH | wrong)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Webhook.objects.exists()


def test_staff_are_offered_more_events(client: Client, page: Client) -> None:
    assert "Another model came into use" not in page.get(PAGE).content.decode()
    client.force_login(rows.person("boss", is_staff=True))
    assert "Another model came into use" in client.get(PAGE).content.decode()


def test_it_can_be_changed(page: Client, webhook: Webhook) -> None:
    change = {"url": "https://example.org/other", "events": ["job.failed"]}
    response = page.post(address("webhook", webhook), change, follow=True)
    assert "Saved." in response.content.decode()
    webhook.refresh_from_db()
    assert (webhook.url, webhook.events) == (change["url"], change["events"])
    refused = page.post(address("webhook", webhook), change | {"url": "ftp://x/"})
    assert refused.status_code == 422


def test_a_test_event_is_followed_until_it_is_answered(page: Client, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with receiving() as receiver:
        page.post(PAGE, WISH | {"url": receiver.url})
        webhook = Webhook.objects.get()
        shown = page.post(address("test-webhook", webhook), follow=True).content.decode()
        assert "webhook.test" in shown
        assert "pending" in shown
        assert "hx-trigger" in shown
        deliver_due()
        log = page.get(address("webhook-log", webhook)).content.decode()
        assert "delivered" in log
        assert "204" in log
        assert "hx-trigger" not in log
        delivery = webhook.deliveries.get()
        page.post(address("resend-delivery", webhook, delivery_id=delivery.pk))
        deliver_due()
        assert len(receiver.calls) == 2


def test_it_can_be_switched_off_and_on(page: Client, webhook: Webhook) -> None:
    response = page.post(address("switch-webhook", webhook), {"active": "false"}, follow=True)
    text = response.content.decode()
    assert "switched off by hand" in text
    assert "Send a test event" not in text
    refused = page.post(address("test-webhook", webhook), follow=True).content.decode()
    assert "Switch it on first." in refused
    page.post(address("switch-webhook", webhook), {"active": "true"})
    webhook.refresh_from_db()
    assert webhook.is_active


def test_why_it_was_switched_off_is_said(page: Client, webhook: Webhook) -> None:
    manage.switch_off(webhook, Webhook.Off.UNREACHABLE)
    assert (
        "nothing has arrived there for three days"
        in page.get(address("webhook", webhook)).content.decode()
    )
    assert "off" in page.get(PAGE).content.decode()


def test_a_new_secret_is_shown_once(page: Client, webhook: Webhook) -> None:
    response = page.post(address("rotate-webhook", webhook))
    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert secret not in page.get(address("webhook", webhook)).content.decode()


def test_a_deleted_one_is_gone(page: Client, webhook: Webhook) -> None:
    response = page.post(address("delete-webhook", webhook), follow=True)
    assert "Deleted: https://example.org/hook" in response.content.decode()
    assert not Webhook.objects.exists()


READS = ["webhook", "webhook-log"]
ACTS = ["rotate-webhook", "test-webhook", "switch-webhook", "delete-webhook"]


@pytest.mark.parametrize("name", READS + ACTS)
def test_somebody_elses_does_not_exist(
    name: str, webhook: Webhook, outside: Client, client: Client
) -> None:
    method = "get" if name in READS else "post"
    assert getattr(outside, method)(address(name, webhook)).status_code == 404
    assert getattr(Client(), method)(address(name, webhook)).status_code == 302
    assert Webhook.objects.filter(pk=webhook.pk, disabled_at=None).exists()


@pytest.mark.parametrize("name", ACTS)
def test_acts_are_no_links(name: str, webhook: Webhook, page: Client) -> None:
    assert page.get(address(name, webhook)).status_code == 405


def test_the_page_takes_the_same_queries_whatever_its_length(
    page: Client, webhook: Webhook, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        manage.send_test(webhook)
    with django_assert_max_num_queries(6):
        page.get(address("webhook", webhook))
