"""Which columns a list shows, and how dense it is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tagger.web.access import PageRequest, signed_in
from tagger.web.list_look import ListLook


@require_POST
@signed_in
def change(request: PageRequest) -> HttpResponse:
    wish = request.POST.get("next", "")
    inside = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    response = redirect(wish if inside else "web:library")
    look = ListLook() if "reset" in request.POST else ListLook.chosen(request.POST)
    look.keep(response)
    return response
