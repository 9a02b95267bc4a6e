"""What belongs to somebody else does not exist: 404, never 403, for staff too."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from tagger.libraries.members import Role, need
from tagger.library.rows import WITH_TAGS
from tagger.library.search import library, tracks_of
from tagger.models import Library, Track, User


def listed_tracks(of: Library) -> QuerySet[Track]:
    return library(of).prefetch_related(WITH_TAGS)


def own_tracks(person: User) -> QuerySet[Track]:
    """In any of the person's libraries."""
    return tracks_of(person).prefetch_related(WITH_TAGS)


def own_track(person: User, track_id: UUID, role: Role = Role.LISTENER) -> Track:
    """Raises RoleError where the person is a member, but has no such role."""
    track = get_object_or_404(tracks_of(person).select_related("library"), pk=track_id)
    if role is not Role.LISTENER:
        need(person, track.library, role)
    return track
