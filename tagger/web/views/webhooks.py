"""Webhooks of the person who is signed in: list, one with its log, and what can be done with it.

A secret is in the answer to the form that made it and nowhere else: so no redirect there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.models import Webhook, WebhookDelivery
from tagger.web.access import PageRequest, signed_in
from tagger.web.webhook_forms import WebhookForm
from tagger.webhooks import manage

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def webhooks_page(request: PageRequest) -> HttpResponse:
    form = WebhookForm(request.user, request.memberships, request.POST or None)
    made = secret = None
    if form.is_valid():
        try:
            made, secret = manage.make_webhook(request.user, **form.cleaned_data)
        except manage.WebhookError as error:
            form.add_error(error.field or None, str(error))
    context = {
        "form": WebhookForm(request.user, request.memberships) if made else form,
        "made": made,
        "secret": secret,
        "webhooks": request.user.webhooks.select_related("library"),
    }
    return render(
        request, "tagger/account/webhooks.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def webhook_page(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _own(request, webhook_id)
    initial = _initial(webhook)
    form = WebhookForm(request.user, request.memberships, request.POST or None, initial=initial)
    if form.is_valid():
        try:
            manage.change_webhook(webhook, **form.cleaned_data)
        except manage.WebhookError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("web:webhook", webhook.pk)
    return _shown(request, webhook, form=form, status=422 if form.errors else 200)


@require_safe
@never_cache
@signed_in
def webhook_log(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    return render(request, "tagger/account/_webhook_log.html", _log(_own(request, webhook_id)))


@require_POST
@never_cache
@signed_in
def rotate_webhook(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _own(request, webhook_id)
    return _shown(request, webhook, secret=manage.rotate_secret(webhook))


@require_POST
@signed_in
def test_webhook(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _own(request, webhook_id)
    try:
        manage.send_test(webhook)
    except manage.WebhookError as error:
        messages.error(request, str(error))
    return redirect("web:webhook", webhook.pk)


@require_POST
@signed_in
def switch_webhook(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _own(request, webhook_id)
    if request.POST.get("active") == "true":
        manage.switch_on(webhook)
    else:
        manage.switch_off(webhook)
    return redirect("web:webhook", webhook.pk)


@require_POST
@signed_in
def delete_webhook(request: PageRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _own(request, webhook_id)
    manage.delete_webhook(webhook)
    messages.success(request, _("Deleted: %s") % webhook.url)
    return redirect("web:webhooks")


@require_POST
@signed_in
def resend_delivery(request: PageRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    webhook = _own(request, webhook_id)
    delivery = get_object_or_404(WebhookDelivery, pk=delivery_id, webhook=webhook)
    try:
        manage.send_again(delivery)
    except manage.WebhookError as error:
        messages.error(request, str(error))
    return redirect("web:webhook", webhook.pk)


def _own(request: PageRequest, webhook_id: UUID) -> Webhook:
    mine = Webhook.objects.select_related("owner")
    return get_object_or_404(mine, pk=webhook_id, owner=request.user)


def _initial(webhook: Webhook) -> dict[str, Any]:
    return {"url": webhook.url, "events": webhook.events, "library": webhook.library_id or ""}


def _shown(
    request: PageRequest,
    webhook: Webhook,
    *,
    form: WebhookForm | None = None,
    secret: str | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = _initial(webhook)
    context = {
        "form": form or WebhookForm(request.user, request.memberships, initial=initial),
        "secret": secret,
        **_log(webhook),
    }
    return render(request, "tagger/account/webhook.html", context, status=status)


def _log(webhook: Webhook) -> dict[str, Any]:
    """Watched while something is on its first way; what is tried again takes longer."""
    deliveries = list(webhook.deliveries.prefetch_related("attempts")[:SHOWN])
    fresh = [delivery for delivery in deliveries if delivery.is_fresh]
    return {"webhook": webhook, "deliveries": deliveries, "watched": bool(fresh)}
