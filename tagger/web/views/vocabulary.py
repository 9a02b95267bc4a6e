from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tagger.feedback.custom_tags import own_tags
from tagger.models import Tag
from tagger.tags.vocabulary_actions import TagRefused, add_tag, remove_tag
from tagger.web.access import PageRequest, staff_only


class OwnTagForm(forms.Form):
    name = forms.CharField(max_length=64, label=gettext_lazy("Name"))
    group = forms.ChoiceField(choices=Tag.Group.choices, label=gettext_lazy("Group"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def vocabulary_page(request: PageRequest) -> HttpResponse:
    """The tags of one's own, and a form for another one."""
    form = OwnTagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tag = add_tag(form.cleaned_data["name"], Tag.Group(form.cleaned_data["group"]))
        except TagRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("%(tag)s can be given to tracks now.") % {"tag": tag})
            return redirect("web:vocabulary")
    context = {"form": form, "tags": own_tags(), "needed": settings.TAG_VERDICTS}
    return render(
        request, "tagger/training/vocabulary.html", context, status=422 if form.errors else 200
    )


@require_POST
@staff_only
def remove(request: PageRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Tag, slug=slug)
    try:
        remove_tag(tag)
    except TagRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(tag)s is removed.") % {"tag": tag})
    return redirect("web:vocabulary")
