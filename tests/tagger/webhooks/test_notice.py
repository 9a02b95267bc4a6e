from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from tagger.models import User, Webhook
from tagger.webhooks import manage
from tagger.webhooks.delivery import deliver_due

from .receiver import Receiver

SIGN = "A webhook is switched off"

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(settings: Any, owner: User) -> list[Any]:
    settings.EMAIL_HOST = "mail.example.org"
    owner.email = "owner@example.org"
    owner.save()
    return mail.outbox


@pytest.fixture
def gone(webhook: Webhook, receiver: Receiver) -> Webhook:
    """Its server has said that nothing is wanted any more."""
    receiver.statuses = [410]
    manage.send_test(webhook)
    return webhook


def sees_it(owner: User) -> bool:
    browser = Client()
    browser.force_login(owner)
    return SIGN in browser.get("/trash/").content.decode()


def test_every_page_of_the_owners_says_that_a_webhook_is_off(
    owner: User, outsider: User, gone: Webhook
) -> None:
    assert not sees_it(owner)
    deliver_due()
    assert sees_it(owner)
    assert not sees_it(outsider)


@pytest.mark.parametrize("end", [manage.switch_on, manage.delete_webhook])
def test_the_sign_goes_with_its_reason(owner: User, gone: Webhook, end: Any) -> None:
    deliver_due()
    gone.refresh_from_db()
    end(gone)
    assert not sees_it(owner)


def test_one_of_two_that_is_off_is_enough(owner: User, gone: Webhook, receiver: Receiver) -> None:
    other = manage.make_webhook(owner, receiver.url, ["track.tagged"])[0]
    manage.switch_off(other, Webhook.Off.UNREACHABLE)
    deliver_due()
    manage.delete_webhook(other)
    assert sees_it(owner)


def test_whoever_switches_it_off_need_not_be_told(
    owner: User, webhook: Webhook, mails: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        manage.switch_off(webhook)
    assert not sees_it(owner)
    assert mails == []


def test_the_owner_gets_a_mail(
    gone: Webhook, mails: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        deliver_due()
    assert [(one.to, one.subject) for one in mails] == [
        (["owner@example.org"], "A webhook was switched off")
    ]
    assert gone.url in mails[0].body
    assert "answered 410" in mails[0].body


def test_without_a_mail_server_none_is_sent(
    gone: Webhook, mails: list[Any], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_HOST = ""
    with django_capture_on_commit_callbacks(execute=True):
        deliver_due()
    assert mails == []


def test_a_mail_server_that_is_away_changes_nothing(
    owner: User,
    gone: Webhook,
    mails: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def away(*args: Any) -> None:
        raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    with django_capture_on_commit_callbacks(execute=True):
        deliver_due()
    gone.refresh_from_db()
    assert not gone.is_active
    assert sees_it(owner)
    assert "connection refused" in caplog.text
