"""What a new installation needs before its first visitor: vocabulary, model, admin. Idempotent."""

from __future__ import annotations

import secrets

from django.utils.text import slugify

from ml.checkpoints import ModelCard, default_model_path, read_card
from ml.config import LABELS
from tagger.models import Job, ModelVersion, Tag, User
from tagger.registry.versions import activate_model, install_model
from tagger.tags.effective import active_model


def ensure_vocabulary() -> None:
    """MagnaTagATune's 50 tags with their groups, and the tags their synonyms are shown as.

    Rows that exist are left as they are: staff may have changed them.
    """
    for label in LABELS:
        shown = _ensure_tag(label.shown_as, label.group)
        if label.name != label.shown_as:
            _ensure_tag(label.name, label.group, shown_as=shown)


def _ensure_tag(name: str, group: str, shown_as: Tag | None = None) -> Tag:
    values = {"slug": slugify(name), "group": group, "shown_as": shown_as}
    return Tag.objects.get_or_create(name=name, defaults=values)[0]


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
    if not shipped.shipped:
        shipped.shipped = True
        shipped.save(update_fields=["shipped"])
    if former is None or (known is None and _came_by_itself(former)):
        activate_model(shipped, trigger=Job.Trigger.RELEASE)
    return active_model() or shipped


def _came_by_itself(active: ModelVersion) -> bool:
    last = active.activations.first()
    return last is not None and last.trigger == Job.Trigger.RELEASE


def _shipped_name(card: ModelCard) -> str:
    """Its card calls it the default; beside models of other days a person wants to know more."""
    name = f"Tonemark {card.config['block']} {card.created[:10]}"
    taken = ModelVersion.objects.filter(name=name).exists()
    return f"{name} {card.sha256[:8]}" if taken else name


def ensure_admin(username: str = "admin") -> str | None:
    """Make the first admin and return the password, or None where one exists."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(username=username, password=password)
    return password
