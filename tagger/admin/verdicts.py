from __future__ import annotations

from django.contrib import admin

from tagger.models import Verdict

from .read_only import ReadOnlyAdmin


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    list_display = ("track", "tag", "answer", "person", "given_at", "withdrawn_at")
    list_filter = ("answer", ("withdrawn_at", admin.EmptyFieldListFilter), "given_at", "tag__group")
    list_select_related = ("track", "tag", "person")
    search_fields = ("track__title", "tag__name", "person__username")
    date_hierarchy = "given_at"
