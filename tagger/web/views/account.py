from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tagger.accounts import tokens
from tagger.models import ApiToken
from tagger.uploads.quota import storage_of
from tagger.web.access import PageRequest, signed_in
from tagger.web.forms import TokenForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def account_page(request: PageRequest) -> HttpResponse:
    """A new token's secret is in the answer to the form and nowhere else: so no redirect."""
    form = TokenForm(request.memberships, request.POST or None)
    made = secret = None
    if form.is_valid():
        made, secret = tokens.make_token(
            request.user,
            form.cleaned_data["name"],
            ApiToken.Scope(form.cleaned_data["scope"]),
            form.expires_at(),
            library=form.cleaned_data["library"],
        )
    context = {
        "form": TokenForm(request.memberships) if made else form,
        "made": made,
        "secret": secret,
        "storage": storage_of(request.user),
        "tokens": tokens.tokens_of(request.user),
    }
    return render(
        request, "tagger/account/account.html", context, status=422 if form.errors else 200
    )


@require_POST
@signed_in
def revoke_token(request: PageRequest, token_id: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, owner=request.user)
    tokens.revoke_token(token)
    messages.success(request, _("Revoked: %s") % token.name)
    return redirect("web:account")


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    template_name = "registration/change_password.html"
    success_url = reverse_lazy("web:account")
    success_message = gettext_lazy("Your password has been changed.")
