"""Voices: speech and singing, alone and over instrumental music, and what is then known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from distillation.clips import Sound

from .melodies import Note, read_melodies
from .rules import NOTHING, Rules, at_least, low, unknown
from .singing import sing
from .sound import instrumentals, levelled, over, passage, room
from .speakers import Speaker, speakers, talk
from .store import Writer

LENGTHS_S = (8.1, 10.8)
# Words for the song: they get two to three times as long.
WORDS_SHARE = 0.6
NO_VOICE = ("no vocals", "no vocal", "no voice")
# Lowest scores of one who sings: cautious where teachers are, high where listeners look.
FEMALE = {
    "female": 0.8, "woman": 0.5, "female vocal": 0.6, "female voice": 0.6,
    "msd:female vocalists": 0.8, "msd:female vocalist": 0.5,
}  # fmt: skip
MALE = {
    "male": 0.8, "man": 0.5, "male vocal": 0.6, "male voice": 0.6, "msd:male vocalists": 0.7,
}  # fmt: skip
SUNG = {"vocal": 0.6, "vocals": 0.6, "singing": 0.6, "voice": 0.35}
SPOKEN = {"voice": 0.4, "vocal": 0.4, "vocals": 0.3}
# What a voice alone says nothing about: manner for both, genres for one who sings.
MANNER = (
    "slow", "fast", "quiet", "soft", "loud", "solo", "weird", "indian", "opera",
    "msd:experimental", "msd:Mellow", "msd:sad", "msd:beautiful", "msd:acoustic", "msd:folk",
    "msd:indie", "msd:alternative", "msd:00s", "msd:Hip-Hop",
)  # fmt: skip
GENRES = (
    "classical", "classic", "choir", "choral", "ambient", "new age", "country", "pop", "msd:pop",
    "msd:soul", "msd:jazz", "msd:blues", "msd:easy listening", "msd:oldies", "msd:60s", "msd:70s",
    "msd:80s", "msd:90s", "msd:country", "msd:rnb", "msd:chill", "msd:chillout", "msd:ambient",
    "msd:sexy", "msd:catchy", "msd:happy", "msd:indie pop", "msd:indie rock",
)  # fmt: skip
SONG_GAIN_DB, SPEECH_GAIN_DB = (-6.0, 9.0), (0.0, 12.0)
MIX_WEIGHT = 1.5
# Of every so many numbers one has song alone, one speech over music.
EVERY_SONG, EVERY_SPEECH = 2, 4


def own(female: bool | None, strength: float) -> Rules:
    """A singer's own tags at least so high, those of the other sex low; None: nobody knows."""
    if female is None:
        return unknown([*FEMALE, *MALE])
    mine, others = (FEMALE, MALE) if female else (MALE, FEMALE)
    return at_least({tag: lowest * strength for tag, lowest in mine.items()}) | low(others)


def speech_rules(female: bool) -> Rules:
    """Someone speaks, and there is no music: neither genres nor instruments."""
    spoken: Rules = {
        "voice": (0.5, 1.0), "vocal": (0.25, 0.6), "vocals": (0.2, 0.5), "singing": (0.0, 0.2)
    }  # fmt: skip
    return NOTHING | unknown(MANNER) | own(female, 0.9) | spoken | low(NO_VOICE)


def singing_rules(female: bool | None) -> Rules:
    """Someone sings alone: no instruments."""
    open_tags = unknown([*MANNER, *GENRES])
    return NOTHING | open_tags | at_least(SUNG) | own(female, 1.0) | low(NO_VOICE)


def mixed_rules(female: bool | None, gain_db: float, *, sung: bool) -> Rules:
    """What the teachers say, but for the voice, which is there for sure."""
    # Full from 4 dB above the music on, never less than 0.4.
    strength = float(np.clip((gain_db + 10) / 14, 0.4, 1.0))
    shared = {tag: lowest * strength for tag, lowest in (SUNG if sung else SPOKEN).items()}
    known: Rules = {"msd:instrumental": (0.0, 0.1)}
    known |= unknown([] if sung else ["singing"]) | at_least(shared)
    return known | own(female, strength) | low(NO_VOICE)


def add_voices(pool: Path, standin: Path, unpacked: Path, melodies: Path, count: int) -> None:
    """`count` times a woman and a man: speech, singing, and either over music."""
    writer, music = Writer(pool), instrumentals(standin)
    people, lines = list(speakers(unpacked)), read_melodies(melodies).lines
    for number in range(count):
        rng = np.random.default_rng([11, number])
        for female in (True, False):
            group = [speaker for speaker in people if speaker.female is female]
            speaker = group[rng.integers(len(group))]
            name = f"{'f' if female else 'm'}-{number:04d}"
            # What comes last of the clips of a number.
            if not writer.has(f"singing-mix-{name}"):
                _Take(writer, speaker, name, rng).add(number, lines, music)


class _Take:
    """The clips of one speaker and number."""

    def __init__(
        self, writer: Writer, speaker: Speaker, name: str, rng: np.random.Generator
    ) -> None:
        self.writer, self.speaker, self.name, self.rng = writer, speaker, name, rng

    def add(self, number: int, lines: list[list[Note]], music: list[Path]) -> None:
        speaker, rng = self.speaker, self.rng
        seconds = float(rng.choice(LENGTHS_S))
        spoken = talk(speaker, seconds, rng)
        line = lines[rng.integers(len(lines))]
        text = talk(speaker, seconds * WORDS_SHARE, rng)
        song = np.resize(sing(text, line, female=speaker.female, rng=rng), len(spoken))
        song = room(song, rng)
        self._alone("speech", room(spoken, rng), speech_rules(speaker.female))
        if number % EVERY_SONG:
            self._alone("singing", song, singing_rules(speaker.female))
        if number % EVERY_SPEECH == 0:
            self._over("speech-mix", spoken, music, SPEECH_GAIN_DB, sung=False)
        self._over("singing-mix", song, music, SONG_GAIN_DB, sung=True)

    def _alone(self, what: str, sound: Sound, rules: Rules) -> None:
        whole = levelled(sound, self.rng)
        self.writer.add(f"{what}-{self.name}", "voice", whole, self.speaker.origin, rules)

    def _over(
        self,
        what: str,
        voice: Sound,
        music: list[Path],
        gain_db: tuple[float, float],
        *,
        sung: bool,
    ) -> None:
        path, gain = music[self.rng.integers(len(music))], float(self.rng.uniform(*gain_db))
        mix = over(voice, passage(path, len(voice), self.rng), gain)
        self.writer.add(
            f"{what}-{self.name}",
            "voice-mix",
            levelled(mix, self.rng),
            self.speaker.origin.over(path.name),
            mixed_rules(self.speaker.female, gain, sung=sung),
            weight=MIX_WEIGHT,
        )
