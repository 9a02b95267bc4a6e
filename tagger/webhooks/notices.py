"""Its owner is notified that a webhook was switched off, also without looking at it."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from tagger.models import User, Webhook

logger = logging.getLogger(__name__)

BY_ITSELF = (Webhook.Off.GONE, Webhook.Off.UNREACHABLE)


def renew_notice(owner_id: int) -> None:
    """The sign that all of this person's pages show, as their webhooks are now.

    Within the transaction that has changed one of them.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner_id)
    silent = Webhook.objects.filter(
        owner=owner_id, disabled_at__isnull=False, disabled_reason__in=BY_ITSELF
    )
    User.objects.filter(pk=owner_id).update(silent_webhook=silent.exists())


def mail_later(webhook: Webhook) -> None:
    """Once it is surely switched off; nothing where no mail is configured, or no address known."""
    if settings.EMAIL_HOST and webhook.owner.email:
        transaction.on_commit(lambda: _mail(webhook))


def _mail(webhook: Webhook) -> None:
    values = {"url": webhook.url, "reason": webhook.get_disabled_reason_display()}
    text = _(
        "Your webhook %(url)s gets no more calls: %(reason)s.\n\n"
        "To switch it on again, open Tonemark, then Account, Webhooks. What it has missed is in "
        "its log, and can be sent again from there."
    )
    subject = _("A webhook was switched off")
    try:
        send_mail(subject, text % values, None, [webhook.owner.email])
    except OSError as error:
        # Its owner sees the sign all the same.
        logger.warning("no mail about webhook %s: %s", webhook.pk, error)
