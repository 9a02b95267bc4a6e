"""Who may see a page. What belongs to somebody else does not exist for you: 404, never 403.

What a library's member may see but not change is 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tagger.libraries.members import Role, RoleError, memberships_of, require
from tagger.library.search import tracks_of, trash_of
from tagger.models import Library, Membership, Track, User

# What a session remembers of the library that was chosen last.
CHOSEN = "library"

View = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request of a signed-in person, as the views behind `signed_in` receive it."""

    user: User
    htmx: HtmxDetails
    memberships: list[Membership]
    membership: Membership
    here: Membership
    """In the library of the track that the page is about; else in the one that is chosen."""
    library: Library
    kept_elsewhere: list[Library]
    """Others whose keeper one is: tracks can be moved there."""


def signed_in(view: View) -> View:
    """Send everybody else to the sign-in page, also out of a request a script has made.

    A track that is deleted between the look and the act is not there.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            page_request = cast(PageRequest, request)
            choose_library(page_request)
            if "library" in request.GET and request.method in ("GET", "HEAD"):
                return redirect(_without_library(page_request))
            return _unless_gone(view, request, *args, **kwargs)
        htmx = cast(PageRequest, request).htmx
        if not htmx:
            return redirect_to_login(request.get_full_path())
        return HttpResponseClientRedirect(redirect_to_login(_page_of(htmx))["Location"])

    return guarded


def _page_of(htmx: HtmxDetails) -> str:
    """The page a script asks from. What it says of that may be anything."""
    try:
        return htmx.current_url_abs_path or "/"
    except ValueError:
        return "/"


def _unless_gone(view: View, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(*args, **kwargs)
    except Track.DoesNotExist as gone:
        raise Http404 from gone
    except RoleError as error:
        raise PermissionDenied(str(error)) from error


def choose_library(request: PageRequest) -> None:
    """The library that the address names, else that of the session, else the person's own.

    A form names its own in its address: another tab may have chosen another one meanwhile.
    """
    request.memberships = memberships_of(request.user)
    by_library = {str(one.library_id): one for one in request.memberships}
    chosen = by_library.get(request.session.get(CHOSEN, ""), request.memberships[0])
    _open(request, chosen)
    if "library" in request.GET:
        named = by_library.get(request.GET["library"])
        if named is None:
            raise Http404
        _open(request, named)
        if request.method in ("GET", "HEAD"):
            request.session[CHOSEN] = str(named.library_id)


def _open(request: PageRequest, membership: Membership) -> None:
    request.membership = request.here = membership
    request.library = membership.library
    request.kept_elsewhere = [
        one.library
        for one in request.memberships
        if one.may_keep and one.library_id != membership.library_id
    ]


def _without_library(request: PageRequest) -> str:
    params = request.GET.copy()
    params.pop("library")
    return f"{request.path}{'?' if params else ''}{params.urlencode()}"


def allowed_to(role: Role) -> Callable[[View], View]:
    """For those who have this role in the chosen library; a page that only shows is for all."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                require(request.membership, role)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def staff_only(view: View) -> View:
    """For everybody else the page does not exist."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(PageRequest, request).user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def own_track(request: PageRequest, track_id: UUID, role: Role = Role.LISTENER) -> Track:
    return _found(request, tracks_of(request.user), track_id, role)


def own_trashed(request: PageRequest, track_id: UUID, role: Role) -> Track:
    return _found(request, trash_of(request.user), track_id, role)


def _found(request: PageRequest, among: QuerySet[Track], track_id: UUID, role: Role) -> Track:
    track = get_object_or_404(among, pk=track_id)
    for membership in request.memberships:
        if membership.library_id == track.library_id:
            request.here = membership
    require(request.here, role)
    return track
