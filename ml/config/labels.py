"""The 50 most frequent tags of MagnaTagATune, in alphabetical order, with how a person sees them.

The network scores all 50; people wrote some of them in several spellings ("vocal", "vocals",
"voice"), so each label also names the one it is *shown as*. Only true synonyms share one:
"singing" stays apart from "vocals", because chant and speech are voices that do not sing.

Source of the list: Law et al., "Evaluation of algorithms using games: the case of music tagging"
(ISMIR 2009); the top-50 selection is that of annotations_final.csv.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["genre", "instrument", "vocal", "mood", "tempo", "other"]


@dataclass(frozen=True)
class Label:
    """One output of the network: its raw name, its group and the name it is displayed under."""

    name: str
    group: Group
    shown_as: str


_GROUPS: dict[str, Group] = {
    "ambient": "genre", "beat": "tempo", "beats": "tempo", "cello": "instrument",
    "choir": "vocal", "choral": "vocal", "classic": "genre", "classical": "genre",
    "country": "genre", "dance": "genre", "drums": "instrument", "electronic": "genre",
    "fast": "tempo", "female": "vocal", "female vocal": "vocal", "female voice": "vocal",
    "flute": "instrument", "guitar": "instrument", "harp": "instrument",
    "harpsichord": "instrument", "indian": "genre", "loud": "mood", "male": "vocal",
    "male vocal": "vocal", "male voice": "vocal", "man": "vocal", "metal": "genre",
    "new age": "genre", "no vocal": "vocal", "no vocals": "vocal", "no voice": "vocal",
    "opera": "genre", "piano": "instrument", "pop": "genre", "quiet": "mood", "rock": "genre",
    "singing": "vocal", "sitar": "instrument", "slow": "tempo", "soft": "mood", "solo": "other",
    "strings": "instrument", "synth": "instrument", "techno": "genre", "violin": "instrument",
    "vocal": "vocal", "vocals": "vocal", "voice": "vocal", "weird": "mood", "woman": "vocal",
}  # fmt: skip

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "beat": ("beats",),
    "choir": ("choral",),
    "classical": ("classic",),
    "female vocals": ("female", "female vocal", "female voice", "woman"),
    "male vocals": ("male", "male vocal", "male voice", "man"),
    "no vocals": ("no vocal", "no voice"),
    "vocals": ("vocal", "voice"),
}

_SHOWN_AS = {raw: shown for shown, raws in _SYNONYMS.items() for raw in raws}

LABELS: tuple[Label, ...] = tuple(
    Label(name, group, _SHOWN_AS.get(name, name)) for name, group in _GROUPS.items()
)
LABEL_NAMES: tuple[str, ...] = tuple(label.name for label in LABELS)
