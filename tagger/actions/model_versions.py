"""Model versions: brought in from a file, made active."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from ml.card import ModelCard, card_path, read_card

from ..models import ModelVersion, Tag, Track
from .effective_tags import rebuild_many

# A card may leave thresholds out; half is where a calibrated score says "more likely than not".
DEFAULT_THRESHOLD = 0.5


def install_model(path: Path) -> ModelVersion:
    """Bring in weights and their card. The same weights again: the row that exists."""
    card = read_card(path)
    known = ModelVersion.objects.filter(sha256=card.sha256).first()
    if known:
        return known
    _ensure_tags(card)
    version = ModelVersion(
        name=_free_name(card.name),
        sha256=card.sha256,
        card=asdict(card),
        labels=list(card.labels),
        thresholds=[card.thresholds.get(label, DEFAULT_THRESHOLD) for label in card.labels],
    )
    return _store(version, path)


def _store(version: ModelVersion, path: Path) -> ModelVersion:
    """The card lies beside the weights, so that the files alone can be loaded anywhere."""
    storage = version.weights.storage
    base = slugify(version.name)
    with path.open("rb") as content:
        name = storage.save(f"{base}.safetensors", File(content))
    with card_path(path).open("rb") as content:
        storage.save(str(card_path(Path(name))), File(content))
    version.weights.name = name
    version.save(force_insert=True)
    return version


def activate_model(version: ModelVersion) -> ModelVersion:
    """Make this version the one in use; the former one is retired, not deleted.

    Tracks it has heard before show its tags at once; the others keep theirs until it hears them.
    """
    with transaction.atomic():
        _lock_versions()
        active = ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE)
        active.exclude(pk=version.pk).update(state=ModelVersion.State.RETIRED)
        ModelVersion.objects.filter(pk=version.pk).update(
            state=ModelVersion.State.ACTIVE, activated_at=timezone.now()
        )
        rebuild_many(Track.objects.filter(analyses__model=version).only("pk").order_by("pk"))
    version.refresh_from_db()
    return version


def _lock_versions() -> None:
    """Two activations at once would otherwise meet in the constraint."""
    list(ModelVersion.objects.select_for_update().order_by("pk").values_list("pk"))


def _ensure_tags(card: ModelCard) -> None:
    known = set(Tag.objects.filter(name__in=card.labels).values_list("name", flat=True))
    for label in card.labels:
        if label not in known:
            Tag.objects.create(name=label, slug=slugify(label))


def _free_name(name: str) -> str:
    taken = set(ModelVersion.objects.filter(name__startswith=name).values_list("name", flat=True))
    if name not in taken:
        return name
    return next(free for n in range(2, len(taken) + 3) if (free := f"{name}-{n}") not in taken)
