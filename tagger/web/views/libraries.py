"""The libraries one is in: chosen, made, shared, left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tagger.libraries import invitations, manage
from tagger.libraries.manage import LibraryRefused
from tagger.libraries.members import Role, require
from tagger.models import Invitation, Library, Membership
from tagger.web.access import CHOSEN, PageRequest, signed_in


@contextmanager
def _refusals(request: PageRequest) -> Iterator[None]:
    try:
        yield
    except (Library.DoesNotExist, Membership.DoesNotExist, Invitation.DoesNotExist):
        raise Http404 from None
    except LibraryRefused as error:
        messages.error(request, str(error))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def libraries_page(request: PageRequest) -> HttpResponse:
    """Where one is, where one is asked to come, and a form for another library."""
    if request.method == "POST":
        with _refusals(request):
            made = manage.make_library(request.user, request.POST.get("name", ""))
            request.session[CHOSEN] = str(made.pk)
            return redirect("web:one-library", library_id=made.pk)
        return redirect("web:libraries")
    context = {"invitations": invitations.invitations_of(request.user)}
    return render(request, "tagger/libraries/libraries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def library_settings(request: PageRequest, library_id: int) -> HttpResponse:
    """Its name, its members; posting renames it."""
    membership = _mine(request, library_id)
    if request.method == "POST":
        require(membership, Role.KEEPER)
        with _refusals(request):
            manage.rename_library(membership.library, request.POST.get("name", ""))
            messages.success(request, _("Saved."))
        return redirect("web:one-library", library_id=library_id)
    library = membership.library
    context = {
        "of": library,
        "mine": membership,
        "members": library.memberships.select_related("person"),
        "invitations": library.invitations.select_related("person", "invited_by"),
        "roles": Role.choices,
        "tracks": library.tracks.filter(deleted_at=None).count(),
    }
    return render(request, "tagger/libraries/library.html", context)


@require_POST
@signed_in
def choose(request: PageRequest, library_id: int) -> HttpResponse:
    request.session[CHOSEN] = str(_mine(request, library_id).library_id)
    return redirect("web:library")


@require_POST
@signed_in
def change_member(request: PageRequest, library_id: int, person_id: int) -> HttpResponse:
    """Another role, or out."""
    membership = _mine(request, library_id)
    require(membership, Role.KEEPER)
    member = get_object_or_404(
        Membership.objects.select_related("library", "person"), library=library_id, person=person_id
    )
    wish = request.POST.get("role", "")
    if wish not in (*Role.values, "none"):
        return HttpResponseBadRequest("role: listener, editor, keeper or none.")
    with _refusals(request):
        if wish == "none":
            manage.end_membership(member)
            messages.success(request, _("%s is no member any more.") % member.person)
        else:
            manage.change_role(member, Role(wish))
            said = _("%(person)s: %(role)s")
            role = Role(wish).label
            messages.success(request, said % {"person": member.person, "role": role})
    return _back(request, library_id)


@require_POST
@signed_in
def leave(request: PageRequest, library_id: int) -> HttpResponse:
    membership = _mine(request, library_id)
    with _refusals(request):
        manage.end_membership(membership)
        messages.success(request, _("You have left %s.") % membership.library)
    return _back(request, library_id)


@require_POST
@signed_in
def delete(request: PageRequest, library_id: int) -> HttpResponse:
    membership = _mine(request, library_id)
    require(membership, Role.KEEPER)
    with _refusals(request):
        manage.delete_library(membership.library)
        messages.success(request, _("Deleted: %s") % membership.library)
        return redirect("web:libraries")
    return redirect("web:one-library", library_id=library_id)


@require_POST
@signed_in
def invite(request: PageRequest, library_id: int) -> HttpResponse:
    membership = _mine(request, library_id)
    require(membership, Role.KEEPER)
    wish = request.POST.get("role", "")
    if wish not in Role:
        return HttpResponseBadRequest("role: listener, editor or keeper.")
    with _refusals(request):
        name = request.POST.get("account", "")
        asked = invitations.invite(membership.library, name, Role(wish), by=request.user)
        messages.success(request, _("%s is invited.") % asked.person)
    return redirect("web:one-library", library_id=library_id)


@require_POST
@signed_in
def withdraw_invitation(request: PageRequest, library_id: int, invitation_id: int) -> HttpResponse:
    membership = _mine(request, library_id)
    require(membership, Role.KEEPER)
    invitations.withdraw(get_object_or_404(membership.library.invitations, pk=invitation_id))
    return redirect("web:one-library", library_id=library_id)


@require_POST
@signed_in
def answer_invitation(request: PageRequest, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(invitations.invitations_of(request.user), pk=invitation_id)
    if request.POST.get("answer") != "accept":
        invitations.withdraw(invitation)
        return redirect("web:libraries")
    with _refusals(request):
        membership = invitations.accept(invitation)
        request.session[CHOSEN] = str(membership.library_id)
        return redirect("web:library")
    return redirect("web:libraries")


def _mine(request: PageRequest, library_id: int) -> Membership:
    for membership in request.memberships:
        if membership.library_id == library_id:
            return membership
    raise Http404


def _back(request: PageRequest, library_id: int) -> HttpResponse:
    """To the library, as long as one is in it."""
    if request.user.memberships.filter(library=library_id).exists():
        return redirect("web:one-library", library_id=library_id)
    return redirect("web:libraries")
