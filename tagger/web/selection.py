from __future__ import annotations

from tagger.models import Tag
from tagger.tags.vocabulary import shown_tags


def tag_choices() -> list[tuple[str, list[Tag]]]:
    """The tags that can be accepted or rejected, under the labels of their groups. One query."""
    tags = list(shown_tags())
    groups = [
        (str(label), [tag for tag in tags if tag.group == group])
        for group, label in Tag.Group.choices
    ]
    return [(label, choices) for label, choices in groups if choices]
