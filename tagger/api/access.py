"""What belongs to somebody else does not exist: 404, never 403, for staff too."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from tagger.library.rows import WITH_TAGS
from tagger.library.search import library
from tagger.models import Job, Track, User


def own_tracks(person: User) -> QuerySet[Track]:
    return library(person).prefetch_related(WITH_TAGS)


def own_track(person: User, track_id: UUID) -> Track:
    return get_object_or_404(library(person), pk=track_id)


def own_jobs(person: User) -> QuerySet[Job]:
    return Job.objects.filter(owner=person)
