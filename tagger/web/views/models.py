"""Models, for staff: what there is, and changes of the one in use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.models import Activation, Job, ModelVersion
from tagger.registry import promotion
from tagger.registry.rows import (
    model_rows,
    recent_activations,
    recent_reanalyses,
    stale,
    switch_under_way,
)
from tagger.registry.shipped import is_upgrade, shipped_candidate
from tagger.registry.tag_switch import begin_switch
from tagger.tags.card_metrics import card_figures, new_tags
from tagger.tags.effective import active_model
from tagger.tags.label_words import label_words
from tagger.web.access import PageRequest, staff_only


@require_safe
@staff_only
def models_page(request: PageRequest) -> HttpResponse:
    active = active_model()
    reanalyses = recent_reanalyses()
    switch = switch_under_way()
    activations = recent_activations()
    waiting = stale()
    context = {
        "rows": model_rows(),
        "active": active,
        "former": promotion.former_of(active) if active else None,
        "shipped": shipped_candidate(),
        "upgrade": next(filter(is_upgrade, activations[:1]), None),
        "activations": activations,
        "stale": waiting,
        "reanalyses": reanalyses,
        "switch": switch,
        "reanalysing": any(run.job.is_open and run.scope == "stale" for run in reanalyses),
        "busy": bool(switch or waiting.retagging) or any(run.job.is_open for run in reanalyses),
    }
    return render(request, "tagger/models/models.html", context)


@require_safe
@staff_only
def model_page(request: PageRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion.objects.select_related("created_by"), pk=pk)
    context = {
        "version": version,
        "figures": card_figures(version),
        "labels": _labels(version),
        "second": _second(version),
        "facts": _facts(version),
        "notes": _notes(version),
    }
    return render(request, "tagger/models/model.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def promote(request: PageRequest, pk: int) -> HttpResponse:
    """Asks first; against the gate only with a reason."""
    version = get_object_or_404(ModelVersion, pk=pk)
    if request.method != "POST":
        return _ask(request, version)
    try:
        promotion.promote(
            version,
            by=request.user,
            trigger=Job.Trigger.WEB,
            reason=request.POST.get("reason", ""),
        )
    except promotion.PromotionRefusedError:
        return _ask(request, version, missing=True, status=422)
    messages.success(request, _("%s is now the active model.") % version)
    return redirect("web:models")


def _ask(
    request: PageRequest, version: ModelVersion, *, missing: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "version": version,
        "active": active_model(),
        "concerns": promotion.concerns_about(version),
        "missing": missing,
    }
    return render(request, "tagger/models/promote.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def roll_back(request: PageRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=pk)
    if request.method != "POST":
        context = {"version": version, "former": promotion.former_of(version)}
        return render(request, "tagger/models/rollback.html", context)
    try:
        back = promotion.roll_back(version, by=request.user, trigger=Job.Trigger.WEB)
    except promotion.NothingToGoBackToError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%s is the active model again.") % back.model_name)
    return redirect("web:models")


@require_POST
@staff_only
def go_on_switching(request: PageRequest, pk: int) -> HttpResponse:
    """After a switch of the library's tags was cancelled or failed."""
    activation = get_object_or_404(Activation, pk=pk, switched_at=None)
    begin_switch(activation, owner=request.user, trigger=Job.Trigger.WEB)
    return redirect("web:models")


def _facts(version: ModelVersion) -> list[tuple[str, Any]]:
    card = version.card
    config = card.get("config", {})
    return [
        (_("State"), version.get_state_display()),
        (_("Trained"), version.trained_on or "–"),
        (_("Brought in by"), _("a release") if version.shipped else version.created_by or "–"),
        (_("Network"), _network(config)),
        *_second_network(version),
        (_("Tags"), len(version.labels)),
        (_("Licence"), card.get("licence", "–")),
        ("SHA-256", version.sha256),
    ]


def _labels(version: ModelVersion) -> list[dict[str, Any]]:
    figures = card_figures(version)
    per_tag = figures.per_tag if figures else {}
    new = new_tags(version)
    second = _second(version)
    words = label_words(version.labels)
    shares = second.get("speaks_for", {})
    return [
        {
            "words": words[label],
            "threshold": threshold,
            "figure": per_tag.get(label),
            "network": _speaker(second, shares.get(label, 0)),
            "new": new.get(label),
        }
        for label, threshold in zip(version.labels, version.thresholds, strict=True)
    ]


def _speaker(second: dict[str, Any], share: float) -> str:
    if not share:
        return _("sample-level")
    return str(second["name"]) if share == 1 else _("both")


def _second(version: ModelVersion) -> dict[str, Any]:
    """What the card says of a network beside the sample-level one; nothing where there is none."""
    second: dict[str, Any] = version.card.get("second") or {}
    return second


def _second_network(version: ModelVersion) -> list[tuple[str, Any]]:
    second = _second(version)
    if not second:
        return []
    count = len(second["speaks_for"])
    sentence = ngettext(
        "%(name)s (%(licence)s), has a say in %(count)s tag",
        "%(name)s (%(licence)s), has a say in %(count)s tags",
        count,
    )
    values = {"name": second["name"], "licence": second.get("licence") or "–", "count": count}
    return [(_("Second network"), sentence % values)]


def _notes(version: ModelVersion) -> list[str]:
    """What the card says in words: on what it was trained, and how."""
    parts = (version.card.get("data", {}), version.card.get("provenance", {}))
    return [str(part["note"]) for part in parts if part.get("note")]


def _network(config: dict[str, Any]) -> str:
    parts = [str(config[name]) for name in ("block", "head") if config.get(name)]
    return ", ".join(parts) or "–"
