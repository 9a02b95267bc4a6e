"""Model versions: brought in from a file, made active."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from ml.checkpoints import ModelCard, companion_files, read_card, trunk_sha256
from tagger.analysis.reanalysis import cancel_for_others
from tagger.analysis.retag import request_retag
from tagger.jobs.lifecycle import create_job
from tagger.models import Activation, Job, ModelVersion, Tag, User, Webhook
from tagger.platform.db import lock_for_transaction
from tagger.webhooks.events import announce_to_staff

from .tag_switch import begin_switch

# A card may leave thresholds out; half is where a calibrated score says "more likely than not".
DEFAULT_THRESHOLD = 0.5
# An address of the API has this word where others have a model's name.
RESERVED = {"import"}


def install_model(
    path: Path, *, name: str = "", by: User | None = None, check: bool = True
) -> ModelVersion:
    """Bring in weights and their card as a candidate, and have a worker check it.

    The same weights again: the row that exists.
    """
    with transaction.atomic():
        # Several imports of one package at once: the first brings it in, the others find it.
        lock_for_transaction("tagger.registry.install_model")
        return _install(path, name, by, check)


def _install(path: Path, name: str, by: User | None, check: bool) -> ModelVersion:
    card = read_card(path)
    known = ModelVersion.objects.filter(sha256=card.sha256).first()
    if known:
        return known
    _ensure_tags(card)
    version = ModelVersion(
        name=_free_name(name or card.name),
        sha256=card.sha256,
        trunk=trunk_sha256(path),
        card=asdict(card),
        labels=list(card.labels),
        thresholds=[card.thresholds.get(label, DEFAULT_THRESHOLD) for label in card.labels],
        created_by=by,
    )
    _store(version, path)
    if check:
        create_job(Job.Kind.CHECK_MODEL, owner=by, trigger=Job.Trigger.COMMAND, model=version)
    return version


def _store(version: ModelVersion, path: Path) -> None:
    """The card and the 8-bit copy, where there is one, lie beside the weights: files that can be
    loaded anywhere.
    """
    storage = version.weights.storage
    base = slugify(version.name)
    with path.open("rb") as content:
        name = storage.save(f"{base}.safetensors", File(content))
    for source, target in zip(companion_files(path), companion_files(Path(name)), strict=True):
        if source.exists():
            with source.open("rb") as content:
                storage.save(str(target), File(content))
    version.weights.name = name
    version.save(force_insert=True)


def activate_model(
    version: ModelVersion,
    *,
    by: User | None = None,
    trigger: Job.Trigger = Job.Trigger.COMMAND,
    rollback: bool = False,
    concerns: list[str] | None = None,
    reason: str = "",
) -> Activation:
    """Make this version the one in use; the former one is retired, not deleted.

    Tracks it has analysed before show its tags, in lists as soon as the queued switch has come to
    them; those whose kept activations are of its trunk are tagged from these in the background; the
    others keep theirs until it analyses them. Active already: the last change
    is answered.
    """
    with transaction.atomic():
        former = _lock_versions()
        known = version.activations.first() if former == version else None
        if known:
            return known
        _set_active(version)
        cancel_for_others(version)
        activation = Activation.objects.create(
            model=version,
            former=former,
            model_name=version.name,
            former_name=former.name if former else "",
            by=by,
            trigger=trigger,
            rollback=rollback,
            concerns=concerns or [],
            reason=reason,
        )
        announce_to_staff(Webhook.Event.MODEL_ACTIVATED, model=version.name)
        begin_switch(activation, owner=by, trigger=trigger)
        request_retag(version, by=by, trigger=trigger)
        activation.refresh_from_db()
    return activation


def _lock_versions() -> ModelVersion | None:
    """The active version. Two activations at once would otherwise meet in the constraint."""
    versions = list(ModelVersion.objects.select_for_update().order_by("pk"))
    return next((version for version in versions if version.is_active), None)


def _set_active(version: ModelVersion) -> None:
    former = ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).exclude(pk=version.pk)
    former.update(state=ModelVersion.State.RETIRED)
    version.state, version.activated_at = ModelVersion.State.ACTIVE, timezone.now()
    version.save(update_fields=["state", "activated_at"])


def _ensure_tags(card: ModelCard) -> None:
    known = set(Tag.objects.filter(name__in=card.labels).values_list("name", flat=True))
    for label in card.labels:
        if label not in known:
            Tag.objects.create(name=label, slug=_free_slug(label))


def _free_slug(label: str) -> str:
    """Labels that differ in a sign only have the same slug."""
    slug = slugify(label)[:50] or "tag"
    taken = set(Tag.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(free for n in range(len(taken) + 1) if (free := _numbered(slug, n)) not in taken)


def _numbered(slug: str, n: int) -> str:
    return f"{slug}-{n + 1}" if n else slug


def _free_name(name: str) -> str:
    names = ModelVersion.objects.filter(name__startswith=name).values_list("name", flat=True)
    taken = RESERVED | set(names)
    if name not in taken:
        return name
    return next(free for n in range(2, len(taken) + 3) if (free := f"{name} {n}") not in taken)
