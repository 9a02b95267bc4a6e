from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tagger.models import Tag
from tagger.tags.vocabulary_actions import change_tag


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """Group and synonym may be changed; names belong to the models' labels and to addresses."""

    list_display = ("name", "group", "shown_as")
    list_filter = ("group", ("shown_as", admin.EmptyFieldListFilter))
    list_select_related = ("shown_as",)
    search_fields = ("name", "slug")
    readonly_fields = ("name", "slug")
    autocomplete_fields = ("shown_as",)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        change_tag(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
