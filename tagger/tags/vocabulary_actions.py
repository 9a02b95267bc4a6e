"""Tags of one's own: added by staff, learnt by a training once there are verdicts enough."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tagger.models import ModelVersion, Tag, TrackTag
from tagger.platform.batches import batches
from tagger.platform.humanize import readable

from .effective import list_shown


class TagRefused(Exception):
    """The vocabulary stays as it is; str() says why."""


def add_tag(name: str, group: Tag.Group) -> Tag:
    """A tag that only people give, until a training learns it. Raises TagRefused."""
    clean = " ".join(name.split())
    if not clean or len(clean) > 64 or readable(clean) != clean:
        raise TagRefused(_("A tag has 1 to 64 characters."))
    existing = Tag.objects.filter(name__iexact=clean).first()
    if existing:
        raise TagRefused(_("There is a tag %(name)s already.") % {"name": existing.name})
    return Tag.objects.create(name=clean, slug=_free_slug(clean), group=group, custom=True)


def remove_tag(tag: Tag) -> None:
    """Take back a tag that nothing depends on yet. Raises TagRefused."""
    with transaction.atomic():
        locked = Tag.objects.select_for_update().get(pk=tag.pk)
        if not locked.custom:
            raise TagRefused(_("Only tags that were added here can be removed."))
        if ModelVersion.objects.filter(labels__contains=[locked.name]).exists():
            raise TagRefused(_("A model has learnt this tag, so it stays."))
        if locked.verdicts.exists() or locked.track_tags.exists():
            raise TagRefused(_("Tracks carry this tag, or did, so it stays."))
        locked.delete()


def change_tag(tag: Tag) -> None:
    """Save a tag's group and what it is shown as; its tracks are listed and counted accordingly."""
    with transaction.atomic():
        tag.save(update_fields=["group", "shown_as"])
        for ids in batches(TrackTag.objects.filter(tag=tag), by="track"):
            list_shown(ids)


def _free_slug(name: str) -> str:
    """Of the name; drawn by lot where that is empty (another script) or taken."""
    slug = slugify(name)[:64]
    if slug and not Tag.objects.filter(slug=slug).exists():
        return slug
    return f"tag-{uuid.uuid4().hex[:12]}"
