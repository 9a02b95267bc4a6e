"""A model beside the active one: on the test split, and on the library itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ...actions.effective_tags import active_model
from ...actions.reanalysis import NothingToHearError, hear_sample
from ...models import Job, ModelVersion
from ...queries.library_comparison import library_comparison
from ...queries.split_comparison import NOT_COMPARABLE, compared
from ...queries.verdict_sentence import verdict
from ..access import PageRequest, staff_only


@require_safe
@staff_only
def compare(request: PageRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    active = active_model()
    if active is None or active == version:
        messages.error(request, _("Choose a model that is not the active one to compare with it."))
        return redirect("web:models")
    split = compared(version, active)
    library = library_comparison(version, active, request.user)
    runs = version.reanalyses.filter(job__state__in=Job.OPEN_STATES).select_related("job")
    context = {
        "version": version,
        "active": active,
        "split": None if isinstance(split, str) else split,
        "obstacle": NOT_COMPARABLE[split] if isinstance(split, str) else "",
        "library": library,
        "run": runs.first(),
        "verdict": verdict(split, library),
    }
    return render(request, "web/model_compare.html", context)


@require_POST
@staff_only
def hear_library(request: PageRequest, pk: int) -> HttpResponse:
    """Have the version hear a sample of the library, in the background."""
    version = get_object_or_404(ModelVersion, pk=pk)
    try:
        hear_sample(version, by=request.user, trigger=Job.Trigger.WEB)
    except NothingToHearError as error:
        messages.error(request, str(error))
    return redirect("web:compare-models", pk=pk)
