"""The two vocabularies the network scores, 50 tags each, with how a person sees them.

The first are the 50 most frequent tags of MagnaTagATune, in alphabetical order (Law et al.,
"Evaluation of algorithms using games: the case of music tagging", ISMIR 2009; the selection is that
of annotations_final.csv). The second are the 50 most frequent Last.fm tags of the Million Song
Dataset (Bertin-Mahieux et al., ISMIR 2011), most frequent first, as musicnn's networks have them.

People wrote some tags in several spellings ("vocal", "vocals", "voice"), and both vocabularies have
a "rock", so each label also names the one it is *shown as*. Only true synonyms share one: "singing"
stays apart from "vocals", because chant and speech are voices that do not sing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["genre", "instrument", "vocal", "mood", "tempo", "decade", "use", "other"]


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

MAGNATAGATUNE: tuple[Label, ...] = tuple(
    Label(name, group, _SHOWN_AS.get(name, name)) for name, group in _GROUPS.items()
)
LABEL_NAMES: tuple[str, ...] = tuple(label.name for label in MAGNATAGATUNE)

# What tells the second vocabulary's labels from the first's.
MILLION_SONG_PREFIX = "million-song: "
_MILLION_SONG_GROUPS: dict[str, Group] = {
    "rock": "genre", "pop": "genre", "alternative": "genre", "indie": "genre",
    "electronic": "genre", "female vocalists": "vocal", "dance": "genre", "00s": "decade",
    "alternative rock": "genre", "jazz": "genre", "beautiful": "mood", "metal": "genre",
    "chillout": "use", "male vocalists": "vocal", "classic rock": "genre", "soul": "genre",
    "indie rock": "genre", "Mellow": "mood", "electronica": "genre", "80s": "decade",
    "folk": "genre", "90s": "decade", "chill": "use", "instrumental": "vocal", "punk": "genre",
    "oldies": "decade", "blues": "genre", "hard rock": "genre", "ambient": "genre",
    "acoustic": "other", "experimental": "genre", "female vocalist": "vocal",
    "guitar": "instrument", "Hip-Hop": "genre", "70s": "decade", "party": "use",
    "country": "genre", "easy listening": "use", "sexy": "mood", "catchy": "mood",
    "funk": "genre", "electro": "genre", "heavy metal": "genre", "Progressive rock": "genre",
    "60s": "decade", "rnb": "genre", "indie pop": "genre", "sad": "mood", "House": "genre",
    "happy": "mood",
}  # fmt: skip
_MILLION_SONG_SHOWN_AS = {
    "female vocalists": "female vocals",
    "female vocalist": "female vocals",
    "male vocalists": "male vocals",
    "chillout": "chill",
    "electronica": "electronic",
    "electro": "electronic",
    "heavy metal": "metal",
    "rnb": "R&B",
    "Hip-Hop": "hip-hop",
    "House": "house",
    "Mellow": "mellow",
    "Progressive rock": "progressive rock",
}
MILLION_SONG: tuple[Label, ...] = tuple(
    Label(MILLION_SONG_PREFIX + name, group, _MILLION_SONG_SHOWN_AS.get(name, name))
    for name, group in _MILLION_SONG_GROUPS.items()
)
LABELS: tuple[Label, ...] = MAGNATAGATUNE + MILLION_SONG
