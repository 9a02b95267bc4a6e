"""The words of both vocabularies, as they are shown, for translation: a tag's name stays English
in the database, the API and exports."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from ml.config import MILLION_SONG_PREFIX

WORDS = (
    pgettext_lazy("tag", "00s"),
    pgettext_lazy("tag", "60s"),
    pgettext_lazy("tag", "70s"),
    pgettext_lazy("tag", "80s"),
    pgettext_lazy("tag", "90s"),
    pgettext_lazy("tag", "R&B"),
    pgettext_lazy("tag", "acoustic"),
    pgettext_lazy("tag", "alternative"),
    pgettext_lazy("tag", "alternative rock"),
    pgettext_lazy("tag", "ambient"),
    pgettext_lazy("tag", "beat"),
    pgettext_lazy("tag", "beautiful"),
    pgettext_lazy("tag", "blues"),
    pgettext_lazy("tag", "catchy"),
    pgettext_lazy("tag", "cello"),
    pgettext_lazy("tag", "chill"),
    pgettext_lazy("tag", "choir"),
    pgettext_lazy("tag", "classic rock"),
    pgettext_lazy("tag", "classical"),
    pgettext_lazy("tag", "country"),
    pgettext_lazy("tag", "dance"),
    pgettext_lazy("tag", "drums"),
    pgettext_lazy("tag", "easy listening"),
    pgettext_lazy("tag", "electronic"),
    pgettext_lazy("tag", "experimental"),
    pgettext_lazy("tag", "fast"),
    pgettext_lazy("tag", "female vocals"),
    pgettext_lazy("tag", "flute"),
    pgettext_lazy("tag", "folk"),
    pgettext_lazy("tag", "funk"),
    pgettext_lazy("tag", "guitar"),
    pgettext_lazy("tag", "happy"),
    pgettext_lazy("tag", "hard rock"),
    pgettext_lazy("tag", "harp"),
    pgettext_lazy("tag", "harpsichord"),
    pgettext_lazy("tag", "hip-hop"),
    pgettext_lazy("tag", "house"),
    pgettext_lazy("tag", "indian"),
    pgettext_lazy("tag", "indie"),
    pgettext_lazy("tag", "indie pop"),
    pgettext_lazy("tag", "indie rock"),
    pgettext_lazy("tag", "instrumental"),
    pgettext_lazy("tag", "jazz"),
    pgettext_lazy("tag", "loud"),
    pgettext_lazy("tag", "male vocals"),
    pgettext_lazy("tag", "mellow"),
    pgettext_lazy("tag", "metal"),
    pgettext_lazy("tag", "new age"),
    pgettext_lazy("tag", "no vocals"),
    pgettext_lazy("tag", "oldies"),
    pgettext_lazy("tag", "opera"),
    pgettext_lazy("tag", "party"),
    pgettext_lazy("tag", "piano"),
    pgettext_lazy("tag", "pop"),
    pgettext_lazy("tag", "progressive rock"),
    pgettext_lazy("tag", "punk"),
    pgettext_lazy("tag", "quiet"),
    pgettext_lazy("tag", "rock"),
    pgettext_lazy("tag", "sad"),
    pgettext_lazy("tag", "sexy"),
    pgettext_lazy("tag", "singing"),
    pgettext_lazy("tag", "sitar"),
    pgettext_lazy("tag", "slow"),
    pgettext_lazy("tag", "soft"),
    pgettext_lazy("tag", "solo"),
    pgettext_lazy("tag", "soul"),
    pgettext_lazy("tag", "strings"),
    pgettext_lazy("tag", "synth"),
    pgettext_lazy("tag", "techno"),
    pgettext_lazy("tag", "violin"),
    pgettext_lazy("tag", "vocals"),
    pgettext_lazy("tag", "weird"),
)


def in_words(name: str) -> str:
    """A tag's name in the language of whoever reads it; one of people's own stays as it is.

    Both vocabularies name some of the same words: those of the second are told apart by its name.
    """
    if name.startswith(MILLION_SONG_PREFIX):
        word = pgettext("tag", name.removeprefix(MILLION_SONG_PREFIX))
        return _("%(tag)s (Million Song)") % {"tag": word}
    return pgettext("tag", name)
