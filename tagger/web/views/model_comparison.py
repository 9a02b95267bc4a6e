"""A model beside the active one: on the test split, and on the library itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tagger.analysis.reanalysis import NothingToAnalyseError, analyse_sample
from tagger.analysis.retag import retaggable
from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion
from tagger.registry.compare_library import library_comparison
from tagger.registry.compare_metrics import NOT_COMPARABLE, SplitComparison, compared
from tagger.registry.datasets import data_folders
from tagger.registry.evaluation import EvaluationRefused, ask_for_evaluation, evaluations
from tagger.registry.summary import summarise
from tagger.registry.tag_table import tag_table
from tagger.tags.effective import active_model
from tagger.web.access import PageRequest, staff_only


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
        "library": library,
        "run": runs.first(),
        "from_kept": retaggable(version).count(),
        "summary": summarise(split, library),
    }
    return render(
        request,
        "tagger/comparison/comparison.html",
        context | _of_split(request, split) | _evaluation(version, split),
    )


def _of_split(request: PageRequest, split: SplitComparison | str) -> dict[str, Any]:
    if isinstance(split, str):
        return {"split": None, "obstacle": NOT_COMPARABLE[split]}
    wish = request.GET.get("figure", ""), request.GET.get("order", "")
    return {"split": split, "table": tag_table(split, *wish)}


def _evaluation(version: ModelVersion, split: SplitComparison | str) -> dict[str, Any]:
    """Whether a worker evaluates the two or may be asked to; and what went wrong the last time."""
    known = not isinstance(split, str) and split.paired and split.split == "test"
    return {
        "evaluation": evaluations(version).first(),
        "folders": [] if known else [one for one in data_folders() if one.present],
        "unpaired": not known,
    }


@require_POST
@staff_only
def evaluate(request: PageRequest, pk: int) -> HttpResponse:
    """Have a worker evaluate the version and the active one on the same clips."""
    version = get_object_or_404(ModelVersion, pk=pk)
    folder = request.POST.get("data", "")
    try:
        ask_for_evaluation(version, folder, by=request.user, trigger=Job.Trigger.WEB)
    except EvaluationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("web:compare-models", pk=pk)


@require_POST
@staff_only
def cancel_evaluation(request: PageRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    for job in evaluations(version).filter(state__in=Job.OPEN_STATES):
        lifecycle.cancel(job)
    return redirect("web:compare-models", pk=pk)


@require_POST
@staff_only
def analyse_sample_of_library(request: PageRequest, pk: int) -> HttpResponse:
    """Have the version analyse a sample of the library, in the background."""
    version = get_object_or_404(ModelVersion, pk=pk)
    try:
        analyse_sample(version, by=request.user, trigger=Job.Trigger.WEB)
    except NothingToAnalyseError as error:
        messages.error(request, str(error))
    return redirect("web:compare-models", pk=pk)
