"""Arrangements with drums and bass in the time of a genre, made up note by note and rendered.

Which genre it is to be is known; whether it sounds real is not. So the genre's own words get a
least score, other genres' words no label, and the rest is what the teachers say.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from .rendering import DRUMS, Event, players
from .rules import Rules, at_least, low, unknown
from .sound import VOICES, levelled
from .store import Writer

LENGTH_S = 10.8
STEPS, STEPS_A_BEAT = 16, 4
DRUM_KEYS = {
    "kick": 36, "rim": 37, "snare": 38, "clap": 39, "closed": 42, "pedal": 44, "open": 46,
    "crash": 49, "ride": 51,
}  # fmt: skip
BASS, COMP, LEAD = 0, 1, 2
NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Semitones above the root; "5" is a power chord.
TONES = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "M7": (0, 4, 7, 11),
    "5": (0, 7, 12),
}  # fmt: skip
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
# The lowest keys of bass and chords, and the tune's lowest root.
BASS_LOW, COMP_LOW, LEAD_LOW = 28, 52, 55
# How far from the time people play, in seconds.
UNEVEN_S = 0.006
LEAD_SHARE, REST_SHARE = 0.7, 0.35
# Without strings and choir a band is not classical, but these could be.
MAYBE_CLASSICAL = {"country", "folk", "bossa nova"}
GENRE_WORDS = (
    "rock", "pop", "country", "metal", "dance", "techno", "electronic", "classical", "indian",
    "new age", "beat", "beats", "loud", "fast", "slow", "soft", "quiet", "weird", "ambient",
    "msd:rock", "msd:pop", "msd:alternative", "msd:indie", "msd:electronic", "msd:dance",
    "msd:00s", "msd:alternative rock", "msd:jazz", "msd:metal", "msd:chillout", "msd:classic rock",
    "msd:soul", "msd:indie rock", "msd:Mellow", "msd:electronica", "msd:80s", "msd:folk",
    "msd:90s", "msd:chill", "msd:punk", "msd:oldies", "msd:blues", "msd:hard rock",
    "msd:experimental", "msd:Hip-Hop", "msd:70s", "msd:party", "msd:country", "msd:easy listening",
    "msd:sexy", "msd:catchy", "msd:funk", "msd:electro", "msd:heavy metal", "msd:Progressive rock",
    "msd:60s", "msd:rnb", "msd:indie pop", "msd:sad", "msd:House", "msd:happy", "msd:beautiful",
    "msd:ambient", "msd:acoustic",
)  # fmt: skip
NO_VOICE = (*VOICES, "msd:female vocalists", "msd:male vocalists", "msd:female vocalist")

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Genre:
    """A table of genres.toml, which says what they mean."""

    name: str
    tempo: tuple[float, float]
    swing: float
    drums: list[dict[str, str]]
    bass: list[str]
    comp: list[str]
    chords: list[str]
    bass_programs: list[int]
    comp_programs: list[int]
    lead_programs: list[int]
    present: dict[str, float]


def read_genres() -> list[Genre]:
    text = Path(__file__).with_name("genres.toml").read_text(encoding="utf-8")
    return [Genre(**table) for table in tomllib.loads(text)["genre"]]


def genre_rules(genre: Genre) -> Rules:
    """The genre's words at least so high, other genres' unknown, and nobody sings."""
    classical = low([] if genre.name in MAYBE_CLASSICAL else ["classical"])
    return unknown(GENRE_WORDS) | low(NO_VOICE) | classical | at_least(genre.present)


def parse_chord(name: str) -> tuple[int, tuple[int, ...]]:
    """ "Ebm7" to the root's key above C and the tones above the root."""
    match = re.fullmatch(r"([A-G])(b?)(.*)", name)
    if match is None or match[3] not in TONES:
        raise ValueError(f"{name!r} is no chord of these.")
    return (NOTES[match[1]] - len(match[2])) % 12, TONES[match[3]]


def hits(grid: str) -> list[tuple[int, str]]:
    """The steps at which something sounds, and what stands there."""
    return [(step, sign) for step, sign in enumerate(grid) if sign != "."]


class Arrangement:
    """One song: what the band agreed on, then bar after bar."""

    def __init__(self, genre: Genre, rng: np.random.Generator) -> None:
        self.genre, self.rng = genre, rng
        self.step_s = 60 / rng.uniform(*genre.tempo) / STEPS_A_BEAT
        self.key = int(rng.integers(0, 12))
        self.chords = [parse_chord(name) for name in self._one(genre.chords).split()]
        self.drums = self._one(genre.drums)
        self.bass, self.comp = self._one(genre.bass), self._one(genre.comp)
        self.programs = {
            BASS: self._one(genre.bass_programs),
            COMP: self._one(genre.comp_programs),
            LEAD: self._one(genre.lead_programs),
            DRUMS: 0,
        }
        self.has_lead = rng.random() < LEAD_SHARE

    def events(self, seconds: float) -> list[Event]:
        """All notes that begin before `seconds`."""
        bars = int(seconds / self.step_s / STEPS) + 1
        return [event for bar in range(bars) for event in self._bar(bar) if event.start_s < seconds]

    def at(self, bar: int, step: int) -> float:
        """When a step comes: late on the second eighth of a swung beat, never quite in time."""
        late = (self.genre.swing - 0.5) * STEPS_A_BEAT if step % 4 == 2 else 0.0
        return max(0.0, (bar * STEPS + step + late) * self.step_s + self.rng.normal(0, UNEVEN_S))

    def _one(self, choices: Sequence[Choice]) -> Choice:
        return choices[int(self.rng.integers(len(choices)))]

    def _bar(self, bar: int) -> Iterator[Event]:
        root, tones = self.chords[bar % len(self.chords)]
        root = (self.key + root) % 12
        for drum, grid in self.drums.items():
            for step, _ in hits(grid):
                yield self._note(bar, step, 1, DRUMS, DRUM_KEYS[drum], (60, 115))
        base = BASS_LOW + (root - BASS_LOW) % 12
        for step, place in hits(self.bass):
            key = base + (*tones[:3], 12)[int(place)]
            yield self._note(bar, step, 3, BASS, key, (80, 115))
        base = COMP_LOW + (root - COMP_LOW) % 12
        for step, _ in hits(self.comp):
            length = self.rng.uniform(1, 3.5)
            for tone in tones:
                yield self._note(bar, step, length, COMP, base + tone, (45, 90))
        if self.has_lead:
            yield from self._solo(bar, root, tones)

    def _solo(self, bar: int, root: int, tones: tuple[int, ...]) -> Iterator[Event]:
        """Tones of the chord on the half bars, of its scale between them."""
        scale = MINOR if tones[1] == 3 else MAJOR
        degree = int(self.rng.integers(4, 10))
        lowest = LEAD_LOW + (root - LEAD_LOW) % 12
        for step in range(0, STEPS, int(self.rng.choice([2, 2, 4]))):
            if self.rng.random() < REST_SHARE:
                continue
            degree = int(np.clip(degree + self.rng.integers(-2, 3), 0, 13))
            above = scale[degree % 7] + 12 * (degree // 7)
            if step % 8 == 0:
                above = tones[degree % len(tones)]
            yield self._note(bar, step, self.rng.uniform(1.5, 4), LEAD, lowest + above, (70, 112))

    def _note(
        self, bar: int, step: int, steps: float, channel: int, key: int, strength: tuple[int, int]
    ) -> Event:
        loud = int(self.rng.integers(*strength))
        return Event(self.at(bar, step), steps * self.step_s, channel, key, loud)


def add_genres(pool: Path, unpacked: Path, count: int) -> None:
    """Add `count` clips of every genre, the sound fonts taking turns."""
    writer, bands = Writer(pool), players(unpacked)
    for number in range(count):
        for place, genre in enumerate(read_genres()):
            name = f"{genre.name.replace(' ', '-')}-{number:03d}"
            if writer.has(name):
                continue
            rng = np.random.default_rng([16, number, place])
            band, song = bands[(number + place) % len(bands)], Arrangement(genre, rng)
            sound = band.play(song.events(LENGTH_S), song.programs, LENGTH_S)
            writer.add(name, "genre", levelled(sound, rng), band.origin, genre_rules(genre))
