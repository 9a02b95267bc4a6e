from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from tagger.libraries.members import Role, libraries_of, need
from tagger.models import Job, Library, User


def all_jobs_in(of: Library, person: User) -> QuerySet[Job]:
    """The library's work as this person sees it: what staff have asked for is theirs alone."""
    return Job.objects.filter(~Q(kind__in=Job.STAFF_KINDS) | Q(owner=person), library=of)


def jobs_of(person: User) -> QuerySet[Job]:
    """The same of all libraries the person is in."""
    return Job.objects.filter(
        ~Q(kind__in=Job.STAFF_KINDS) | Q(owner=person), library__in=libraries_of(person)
    ).select_related("track", "library")


def need_for_job(person: User, job: Job, role: Role) -> None:
    """Raises RoleError. What staff have asked for is theirs, whatever their role."""
    if job.library and job.kind not in Job.STAFF_KINDS:
        need(person, job.library, role)


def jobs_in(of: Library, person: User) -> QuerySet[Job]:
    """The same, newest first, but for that on tracks in the Trash."""
    visible = all_jobs_in(of, person).filter(track__deleted_at=None)
    return visible.select_related("track").defer("track__peaks", "track__search_text")


def unretried_failures(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Failed work that has not been tried again since."""
    later = Job.objects.filter(
        track=OuterRef("track"), kind=OuterRef("kind"), created_at__gt=OuterRef("created_at")
    )
    return jobs.filter(~Exists(later), state=Job.State.FAILED)


def retriable(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Those failures on tracks: the rest is begun again where it was asked for."""
    return unretried_failures(jobs).filter(track__isnull=False)
