"""What a new installation needs before its first visitor: vocabulary, model, admin. Idempotent."""

from __future__ import annotations

import secrets

from django.utils.text import slugify

from ml.labels import LABELS
from ml.weights import default_model_path

from ..models import ModelVersion, Tag, User
from .effective_tags import active_model
from .model_versions import activate_model, install_model


def ensure_vocabulary() -> None:
    """MagnaTagATune's 50 tags with their groups and synonyms. Changed rows are left as they are."""
    for label in LABELS:
        Tag.objects.get_or_create(
            name=label.name, defaults={"slug": slugify(label.name), "group": label.group}
        )
    for label in LABELS:
        if label.shown_as != label.name:
            Tag.objects.filter(name=label.name, shown_as=None).update(
                shown_as=Tag.objects.get(name=label.shown_as)
            )


def ensure_model() -> ModelVersion:
    """The shipped model is installed; it becomes active only where none is."""
    shipped = install_model(default_model_path())
    return active_model() or activate_model(shipped)


def ensure_admin(username: str = "admin") -> str | None:
    """Make the first admin and return the password, or None where one exists."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(username=username, password=password)
    return password
