"""How words are searched and put in order: the same on every Postgres, whatever its locale.

The database only compares what is made here: a folded text for searches, and for orders a key
whose bytes stand as the words should. Not every Postgres knows ICU (the embedded one does not),
and an order that is the server's would change with it. Keys of two versions of ICU must not be
mixed: a test holds the version that the stored ones were made with.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import icu

# Of a key: what an index takes, with another key beside it. Words that agree for so long (80
# letters at least) are told apart by what comes after them in the order.
LONGEST_KEY = 400
_NORMALIZER = icu.Normalizer2.getNFKCCasefoldInstance()


def folded(text: str) -> str:
    """The text as it is searched: without case, accents and other variants of the same letters.

    `Dvořák` is dvorak, `Straße` strasse, `Røyksopp’s` royksopp's, `İstanbul` istanbul, `ΟΔΟΣ` οδοσ.
    Signs that make another letter of what they stand on, as in kana, Indic scripts and Thai, stay.
    """
    if text.isascii():
        return text.lower()
    taken_apart = unicodedata.normalize("NFD", _NORMALIZER.normalize(text))
    plain = "".join(char for char in taken_apart if not _is_accent(char))
    latin = _to_ascii().transliterate(unicodedata.normalize("NFC", plain))
    return str(_NORMALIZER.normalize(latin))


def sort_key(text: str) -> bytes:
    """Bytes in the order that the Unicode collation gives texts, with numbers by their value."""
    key: bytes = _collator().getSortKey(text)
    return key[:LONGEST_KEY]


def _is_accent(char: str) -> bool:
    """By its combining class: 1 are strokes, 10 to 36 points of Hebrew and Arabic, 200… accents."""
    kind = unicodedata.combining(char)
    return kind == 1 or 10 <= kind <= 36 or kind >= 200


@cache
def _to_ascii() -> Any:
    """For letters that Unicode does not take apart (ø, ł, æ) and for typographic signs."""
    return icu.Transliterator.createInstance("Latin-ASCII")


@cache
def _collator() -> Any:
    collator = icu.Collator.createInstance(icu.Locale.getRoot())
    collator.setAttribute(icu.UCollAttribute.NUMERIC_COLLATION, icu.UCollAttributeValue.ON)
    return collator
