"""What a new installation needs before its first visitor: vocabulary, model, admin. Idempotent."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.utils.text import slugify

from ml.checkpoints import ModelCard, change_card, default_model_path, read_card
from ml.config import LABELS
from tagger.models import Job, ModelVersion, Tag, User
from tagger.registry import tag_switch
from tagger.registry.versions import activate_model, install_model
from tagger.tags.effective import active_model


def ensure_vocabulary() -> None:
    """MagnaTagATune's 50 tags with their groups, and the tags their synonyms are shown as.

    Rows that exist are left as they are: staff may have changed them.
    """
    groups: dict[str, str] = {}
    for label in LABELS:
        groups.setdefault(label.shown_as, label.group)
    shown = _ensure_tags([Tag(name=name, group=group) for name, group in groups.items()])
    _ensure_tags(
        [
            Tag(name=label.name, group=label.group, shown_as=shown[label.shown_as])
            for label in LABELS
            if label.name not in groups
        ]
    )


def _ensure_tags(tags: list[Tag]) -> dict[str, Tag]:
    """The rows of these names: those that are missing are made at once, not one by one.

    Raises KeyError for a name whose slug another tag has taken.
    """
    for tag in tags:
        tag.slug = slugify(tag.name)
    names = [tag.name for tag in tags]
    known = Tag.objects.in_bulk(names, field_name="name")
    if missing := [tag for tag in tags if tag.name not in known]:
        # Another process may be making the same ones at this moment.
        Tag.objects.bulk_create(missing, ignore_conflicts=True)
        known = Tag.objects.in_bulk(names, field_name="name")
    return {name: known[name] for name in names}


def ensure_model() -> ModelVersion:
    """The model of this release is installed, once.

    It becomes active where none is, or where the active one came with a release too and nobody has
    chosen it; beside a model that somebody chose it is a candidate like any.
    """
    path = default_model_path()
    card = read_card(path)
    former = active_model()
    known = ModelVersion.objects.filter(sha256=card.sha256).first()
    # The release itself has been tested; whatever comes beside another model is tested here too.
    shipped = known or install_model(path, name=_shipped_name(card), check=former is not None)
    if known:
        _learn_what_scores_mean(known, path, card)
    if not shipped.shipped:
        shipped.shipped = True
        shipped.save(update_fields=["shipped"])
    if former is None or (known is None and _came_by_itself(former)):
        activate_model(shipped, trigger=Job.Trigger.RELEASE)
    return active_model() or shipped


def _learn_what_scores_mean(known: ModelVersion, path: Path, card: ModelCard) -> None:
    """A release may bring a calibration for weights that an installation has had before."""
    if not card.calibration or known.card.get("calibration") == card.calibration:
        return
    known.card = known.card | {"calibration": card.calibration}
    known.save(update_fields=["card"])
    change_card(Path(known.weights.path), calibration=card.calibration)
    tag_switch.start_over()


def _came_by_itself(active: ModelVersion) -> bool:
    last = active.activations.first()
    return last is not None and last.trigger == Job.Trigger.RELEASE


def _shipped_name(card: ModelCard) -> str:
    """Its card calls it the default; beside models of other days a person wants to know more."""
    name = f"Tonemark {card.config['block']} {card.created[:10]}"
    taken = ModelVersion.objects.filter(name=name).exists()
    return f"{name} {card.sha256[:8]}" if taken else name


def ensure_admin(username: str = "admin", password: str = "") -> str | None:
    """Make the first admin and return the password, made up unless given; None where one exists."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = password or secrets.token_urlsafe(12)
    User.objects.create_superuser(username=username, password=password)
    return password
