from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .tag_words import in_words


class Tag(models.Model):
    """A word of the vocabulary. A synonym points at the tag it is shown as."""

    class Group(models.TextChoices):
        GENRE = "genre", _("Genre")
        INSTRUMENT = "instrument", _("Instrument")
        VOCAL = "vocal", _("Voice")
        MOOD = "mood", _("Mood")
        TEMPO = "tempo", _("Tempo")
        DECADE = "decade", _("Decade")
        USE = "use", _("Use")
        OTHER = "other", _("Other")

    name = models.CharField(max_length=64, unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    custom = models.BooleanField(default=False, help_text=_("Added by staff, not by a model."))
    group = models.CharField(max_length=16, choices=Group.choices, default=Group.OTHER)
    shown_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="synonyms",
        help_text=_("The tag this one is shown as. Empty: it is shown as itself."),
    )

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(shown_as=models.F("id")), name="tag_not_its_own_synonym"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name, in the language of whoever reads it."""
        return in_words(self.name)

    @property
    def shown(self) -> Tag:
        return self.shown_as or self
