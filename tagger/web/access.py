"""Who may see a page. What belongs to somebody else does not exist for you: 404, never 403."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tagger.library.search import tracks_of
from tagger.models import Library, Track, User

View = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request of a signed-in person, as the views behind `signed_in` receive it."""

    user: User
    library: Library
    htmx: HtmxDetails


def signed_in(view: View) -> View:
    """Send everybody else to the sign-in page, also out of a request a script has made.

    A track that is deleted between the look and the act is not there.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            page_request = cast(PageRequest, request)
            page_request.library = page_request.user.personal_library
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


def staff_only(view: View) -> View:
    """For everybody else the page does not exist."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(PageRequest, request).user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def own_track(request: PageRequest, track_id: UUID) -> Track:
    return get_object_or_404(tracks_of(request.user), pk=track_id)
