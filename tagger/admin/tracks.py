from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tagger.library.tracks import reanalyse_track
from tagger.library.trash import delete_track, purge_track
from tagger.models import Job, Track, User
from tagger.platform.collation import folded

from .read_only import ReadOnlyAdmin


@admin.register(Track)
class TrackAdmin(ReadOnlyAdmin):
    list_display = (
        "title",
        "artist",
        "library",
        "added_by",
        "state",
        "duration",
        "codec",
        "created_at",
    )
    list_filter = ("state", ("deleted_at", admin.EmptyFieldListFilter), "codec", "created_at")
    list_select_related = ("library", "added_by")
    search_fields = ("search_text", "library__name", "id")
    date_hierarchy = "created_at"
    actions = ("analyse_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        return super().get_queryset(request).defer("peaks", "search_text")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Track], search_term: str
    ) -> tuple[QuerySet[Track], bool]:
        """Each word in the track's words, folded as the library's search folds them, or beside."""
        found = queryset
        for word in search_term.split():
            beside = Q(library__name__icontains=word) | Q(id__icontains=word)
            found = found.filter(Q(search_text__contains=folded(word)) | beside)
        return found, False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(ReadOnlyAdmin, self).has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What hangs on a track goes with it: nobody may delete a job or a verdict alone."""
        listed, counts, _forbidden, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Track) -> None:
        delete_track(obj)
        purge_track(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        for track in queryset:
            self.delete_model(request, track)

    @admin.action(description=_("Hear again with the active model"), permissions=["act"])
    def analyse_again(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        for track in queryset:
            reanalyse_track(track, trigger=Job.Trigger.ADMIN, by=cast(User, request.user))
        count = len(queryset)
        said = ngettext("%d track is queued.", "%d tracks are queued.", count) % count
        self.message_user(request, said, messages.SUCCESS)
