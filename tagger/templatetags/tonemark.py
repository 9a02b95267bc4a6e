"""Numbers as people read them, icons, and what an upload may be."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil
from django.utils.translation import gettext, gettext_lazy

from ml.audio import FORMATS, SUFFIXES
from tagger.models import Tag, Track
from tagger.models.music_key import CAMELOT
from tagger.platform.celery.queues import Queue
from tagger.platform.humanize import human_duration, human_size
from tagger.tags.confidence import STRENGTHS
from tagger.tags.passages import Passage
from tagger.uploads.import_folder import SYSTEM_FOLDERS

register = template.Library()


# From where on a measure is called clear, and likely. White noise has a tempo at 0.03 and a key
# at 0.45; played music with a steady beat is above 0.35, tonal music above 0.75.
CERTAIN = {"bpm": (0.35, 0.15), "key": (0.75, 0.55)}


# What a queue holds, for whoever has not read the operations guide.
QUEUE_WORDS: dict[str, Any] = {
    Queue.INFERENCE: gettext_lazy("tags for uploads"),
    Queue.BULK: gettext_lazy("work on many tracks"),
    Queue.SPECTROGRAM: gettext_lazy("spectrograms"),
    Queue.CHECKS: gettext_lazy("checks of imported models"),
    Queue.ANALYSIS: gettext_lazy("tempo and key"),
    Queue.TRAINING: gettext_lazy("trainings"),
    Queue.MAINTENANCE: gettext_lazy("housekeeping"),
}


@register.filter
def queue_words(name: str) -> str:
    return str(QUEUE_WORDS.get(name, name))


@register.filter
def duration(seconds: float | None) -> str:
    return "–" if seconds is None else human_duration(seconds)


@register.filter
def strength_word(strength: str) -> str:
    """As a person reads it."""
    return str(STRENGTHS[strength])


@register.filter
def from_to(passage: Passage) -> str:
    """'from 12:40 to 31:00'."""
    start, end = human_duration(passage.start), human_duration(passage.end)
    return gettext("from %(start)s to %(end)s") % {"start": start, "end": end}


@register.filter
def time_left(end: datetime) -> str:
    """'4 minutes', and never none."""
    if end - timezone.now() < timedelta(minutes=1):
        return gettext("less than a minute")
    return timeuntil(end)


@register.filter
def size(count: int) -> str:
    return human_size(count)


@register.filter
def kilobits(bit_rate: int) -> str:
    return f"{bit_rate / 1000:.0f}\u00a0kbit/s"


@register.filter
def percent(share: float | None) -> str:
    """0.834 → '83 %', with a space that does not break."""
    return "" if share is None else f"{share * 100:.0f}\u00a0%"


@register.filter
def short_key(track: Track) -> str:
    """'F#m' → 'F♯m', as musicians write it."""
    return track.key.replace("#", "♯").replace("b", "♭")


@register.filter
def camelot(track: Track) -> str:
    """'Am' → '8A'."""
    return CAMELOT.get(track.key, "")


@register.filter
def of(drawn: dict[Any, str], key: Any) -> str:
    return drawn.get(key, "")


@register.simple_tag
def certainty(measure: str, confidence: float | None) -> str:
    """How sure tempo or key is, in a word."""
    clear, likely = CERTAIN[measure]
    if (confidence or 0.0) >= clear:
        return gettext("clear")
    return gettext("likely") if (confidence or 0.0) >= likely else gettext("unsure")


@register.simple_tag
def trust_levels() -> list[tuple[str, str]]:
    """How a model did on one tag in its test: the mark's class, and the word for it."""
    return [("well", gettext("well")), ("fairly", gettext("fairly")), ("poorly", gettext("poorly"))]


@register.simple_tag
def querystring_of(**values: str) -> str:
    """A query of these values alone; the page's own has no part in it."""
    return urlencode({name: value for name, value in values.items() if value})


@register.filter
def cover_url(cover_id: int, size: str) -> str:
    """Of a track's or album's `cover_id`; "small" is for lists (96 pixels), "large" has 600."""
    return reverse("web:cover", args=[cover_id, size])


@register.filter
def tag_page(tag: Tag) -> str:
    """A list names the same few dozen tags hundreds of times."""
    return _tag_page(tag.slug)


@lru_cache(maxsize=1024)
def _tag_page(slug: str) -> str:
    return reverse("web:tag", args=[slug])


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Decoration only: the words beside it, or the label of its button, carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def upload_limits() -> dict[str, Any]:
    return {
        "bytes": settings.MAX_UPLOAD_BYTES,
        "size": human_size(settings.MAX_UPLOAD_BYTES),
        "hours": f"{settings.MAX_DURATION_SECONDS / 3600:g}",
        "suffixes": sorted(SUFFIXES),
        "passed_over": sorted(SYSTEM_FOLDERS),
        "formats": [audio_format.name for audio_format in FORMATS],
    }


@register.simple_tag
def registration_open() -> bool:
    return bool(settings.REGISTRATION_OPEN)
