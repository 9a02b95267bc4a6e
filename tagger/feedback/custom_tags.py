"""The tags staff have added, and how far each is from being learnt."""

from __future__ import annotations

from dataclasses import dataclass

from tagger.models import Tag
from tagger.tags.effective import active_model

from .labelled_tracks import Support, labelled_tracks, support


@dataclass(frozen=True)
class OwnTag:
    """`learnt`: the active model gives it by itself."""

    tag: Tag
    support: Support
    learnt: bool

    @property
    def ready(self) -> bool:
        return not self.learnt and self.support.enough


def own_tags() -> list[OwnTag]:
    """Four queries, whatever their number."""
    tags = list(Tag.objects.filter(custom=True))
    support_by_name = support(labelled_tracks(tag.name for tag in tags)) if tags else {}
    model = active_model()
    learnt = set(model.labels) if model else set()
    nothing = Support(0, 0)
    return [OwnTag(tag, support_by_name.get(tag.name, nothing), tag.name in learnt) for tag in tags]


def own_tag(tag: Tag) -> OwnTag:
    return next(own for own in own_tags() if own.tag.pk == tag.pk)
