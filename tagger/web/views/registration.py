from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tagger.accounts.registration import register, seconds_to_wait
from tagger.platform.http.client_address import client_address
from tagger.web.forms import RegistrationForm

# Of the two backends, the one that knows people; the other only counts failures.
BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def registration_page(request: HttpRequest) -> HttpResponse:
    if not settings.REGISTRATION_OPEN:
        raise Http404
    if request.user.is_authenticated:
        return redirect("web:library")
    form = RegistrationForm(request.POST or None)
    if form.is_valid() and (wait := seconds_to_wait(client_address(request))):
        return _refused_for_now(request, wait)
    if form.is_valid():
        person = register(form.cleaned_data["username"], form.cleaned_data["password1"])
        login(request, person, backend=BACKEND)
        return redirect("web:upload")
    return render(
        request, "registration/register.html", {"form": form}, status=422 if form.errors else 200
    )


def _refused_for_now(request: HttpRequest, wait: int) -> HttpResponse:
    context = {"minutes": -(-wait // 60)}
    response = render(request, "registration/refused_for_now.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response
