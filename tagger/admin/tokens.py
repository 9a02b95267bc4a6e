from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tagger.accounts.tokens import revoke_token
from tagger.models import ApiToken

from .read_only import ReadOnlyAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "prefix", "owner", "scope", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("scope", ("revoked_at", admin.EmptyFieldListFilter), "last_used_at")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__username")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke"), permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        unrevoked = list(queryset.filter(revoked_at=None))
        for token in unrevoked:
            revoke_token(token)
        count = len(unrevoked)
        said = ngettext("%d token is revoked.", "%d tokens are revoked.", count) % count
        self.message_user(request, said, messages.SUCCESS)
