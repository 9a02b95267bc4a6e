"""A network's labels in people's words.

A label is a raw name ("million-song: female vocalist"); people read the tag it is shown as, in
their language, and what else tells it from its neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _

from ml.config import LABELS, MILLION_SONG_PREFIX
from tagger.models.tag_words import in_words

_SHOWN_AS = {label.name: label.shown_as for label in LABELS}


def label_words(labels: Iterable[str]) -> dict[str, str]:
    """Words for each of `labels`, no two alike.

    A synonym names both words, "female vocals (woman)". Which vocabulary a label is of is said only
    where `labels` hold the same word of both. The API and files keep the raw names.
    """
    words = {label: _words(label) for label in labels}
    often = Counter(words.values())
    return {
        label: _("%(tag)s (Million Song)") % {"tag": text}
        if often[text] > 1 and label.startswith(MILLION_SONG_PREFIX)
        else text
        for label, text in words.items()
    }


def _words(label: str) -> str:
    own = label.removeprefix(MILLION_SONG_PREFIX)
    shown = _SHOWN_AS.get(label, own)
    if own.lower() == shown.lower():
        return in_words(shown)
    return f"{in_words(shown)} ({own})"
