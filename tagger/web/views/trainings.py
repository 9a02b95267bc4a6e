from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.feedback.custom_tags import own_tags
from tagger.feedback.labelled_tracks import Support, support, two_sided
from tagger.jobs import lifecycle
from tagger.models import Job, Tag, Training
from tagger.training.conclusion import conclusion
from tagger.training.manage import TrainingRuns, choices_of, open_training, start_training
from tagger.training.options import Choices, TrainingRefused, default_choices, labelled_for
from tagger.training.queries import results, trainings
from tagger.training.schedule import schedule, switch_schedule
from tagger.web.access import PageRequest, staff_only
from tagger.web.training_form import TrainingForm

PAGE_SIZE = 50


@require_safe
@staff_only
def trainings_page(request: PageRequest) -> HttpResponse:
    page = Paginator(trainings(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "schedule": schedule(),
        "poll": any(training.job.is_open for training in page),
    }
    return render(request, "tagger/training/trainings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new_training(request: PageRequest) -> HttpResponse:
    """The form, filled in as most would; `?like=ID` as an earlier training was."""
    if request.method != "POST":
        return _form(request, TrainingForm.of(_proposed(request)))
    form = TrainingForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        training = start_training(form.chosen(), by=request.user, trigger=Job.Trigger.WEB)
    except TrainingRuns as refusal:
        messages.error(request, str(refusal))
        return redirect("web:training", training_id=refusal.training.pk)
    except TrainingRefused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, status=422)
    return redirect("web:training", training_id=training.pk)


@require_safe
@staff_only
def training_page(request: PageRequest, training_id: UUID) -> HttpResponse:
    training = get_object_or_404(trainings().defer(None), pk=training_id)
    found = results(training)
    context = {
        "training": training,
        "job": training.job,
        "epochs": list(training.epochs_done.all()),
        "results": found,
        "conclusion": conclusion(training, found),
    }
    return render(request, "tagger/training/training.html", context)


@require_POST
@staff_only
def cancel_training(request: PageRequest, training_id: UUID) -> HttpResponse:
    lifecycle.cancel(get_object_or_404(trainings(), pk=training_id).job)
    return redirect("web:training", training_id=training_id)


@require_POST
@staff_only
def switch(request: PageRequest) -> HttpResponse:
    enabled = request.POST.get("enabled") == "1"
    switch_schedule(enabled)
    said = _("Trainings begin by themselves.") if enabled else _("No training begins by itself.")
    messages.success(request, said)
    return redirect("web:trainings")


def _proposed(request: PageRequest) -> Choices:
    try:
        like = Training.objects.filter(pk=UUID(request.GET.get("like", ""))).first()
    except ValueError:
        like = None
    return choices_of(like) if like else default_choices()


def _most_first(sides: dict[str, Support]) -> list[tuple[str, Support]]:
    """By the tags that people see. A word on one is a word on each of its synonyms."""
    tags = Tag.objects.filter(name__in=sides).select_related("shown_as")
    shown = {tag.name: tag.shown.label for tag in tags}
    merged: dict[str, Support] = {}
    for name, support_of in sides.items():
        label = shown.get(name, name)
        merged[label] = max(support_of, merged.get(label, support_of), key=lambda one: one.total)
    return sorted(merged.items(), key=lambda item: (-item[1].total, item[0]))


def _form(request: PageRequest, form: TrainingForm, status: int = 200) -> HttpResponse:
    labelled = labelled_for(default_choices().base, anchored=set())
    examples = two_sided(labelled, anchored=set())
    learnable, said = support(examples), support(labelled)
    context = {
        "form": form,
        "running": open_training(),
        "tracks": len(examples),
        "learnable": _most_first(learnable),
        "one_sided": _most_first({tag: said[tag] for tag in said if tag not in learnable}),
        "own": [own for own in own_tags() if not own.learnt],
    }
    return render(request, "tagger/training/new.html", context, status=status)
