"""Instruments alone: most General MIDI programs of three sound fonts, so that what plays is known.

What plays is to be high, what cannot be there low; where opinions differ there is no label.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from distillation.clips import Sound

from .melodies import Melodies, Note, read_melodies
from .rendering import Event, Player, players
from .rules import NOTHING, Rules, at_least, unknown
from .sound import levelled, room
from .store import Writer

LENGTHS_S = (8.1, 10.8)
BEAT_S = (0.3, 0.8)
# What a lone instrument says nothing about.
OPEN = (
    "slow", "fast", "quiet", "soft", "loud", "solo", "classical", "classic", "ambient", "new age",
    "weird", "no vocals", "no vocal", "no voice", "beat",
    "msd:beautiful", "msd:Mellow", "msd:chill", "msd:chillout", "msd:ambient", "msd:acoustic",
    "msd:experimental", "msd:sad", "msd:happy", "msd:instrumental", "msd:folk", "msd:jazz",
    "msd:easy listening", "msd:blues", "msd:60s", "msd:70s", "msd:80s", "msd:90s", "msd:00s",
    "msd:oldies", "msd:indie", "msd:country", "msd:Progressive rock", "msd:alternative",
)  # fmt: skip
# No voice, one instrument: the teachers rarely say so.
LONE = {"no vocals": 0.3, "solo": 0.25, "msd:instrumental": 0.5}
# Of what plays chords: how often a turn of them, and up to where a chorale.
CHORDS_SHARE, CHORALES_SHARE = 0.4, 0.6
ROOM_SHARE = 0.5
# How far from the time people play, and how far apart a hand's fingers pluck, in seconds.
UNEVEN_S, APART_S = 0.008, 0.012
BARS, BEATS_A_BAR = 16, 4
MINOR_DEGREES, MAJOR_DEGREES = (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11)
# Degrees of a major key that bear a minor chord; in a minor key those bear a major one here.
SECONDARY = (2, 4, 9)
STRUCK, BROKEN = (0.0, 1.0, 1.5, 2.0, 3.0, 3.5), (0, 1, 2, 3, 2, 1, 2, 1)


@dataclass(frozen=True)
class Instrument:
    """A table of instruments.toml, which says what they mean."""

    name: str
    programs: list[int]
    keys: tuple[int, int]
    present: dict[str, float] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    chords: bool = False
    plucked: bool = False

    def inside(self, key: int) -> int:
        """Moved by octaves into the range."""
        lowest, highest = self.keys
        while key > highest:
            key -= 12
        while key < lowest:
            key += 12
        return key

    def shift(self, keys: list[int]) -> int:
        """By how many keys, in octaves, the middle of `keys` comes nearest to the range's."""
        return round((sum(self.keys) / 2 - float(np.median(keys))) / 12) * 12


def read_instruments() -> list[Instrument]:
    text = Path(__file__).with_name("instruments.toml").read_text(encoding="utf-8")
    return [Instrument(**table) for table in tomllib.loads(text)["instrument"]]


def instrument_rules(instrument: Instrument) -> Rules:
    known = at_least(LONE | instrument.present)
    return NOTHING | unknown([*OPEN, *instrument.open]) | known


class Performance:
    """One instrument, one tempo, one player's unevenness."""

    def __init__(self, instrument: Instrument, rng: np.random.Generator) -> None:
        self.instrument, self.rng = instrument, rng
        self.beat_s = float(rng.uniform(*BEAT_S))

    def choose(self, melodies: Melodies) -> list[Event]:
        """A tune; of what plays chords also turns of them and chorales."""
        kind, rng = self.rng.random(), self.rng
        if self.instrument.chords and kind < CHORDS_SHARE:
            return self.turn()
        if self.instrument.chords and kind < CHORALES_SHARE:
            return self.chorale(melodies.chorales[rng.integers(len(melodies.chorales))])
        return self.tune(melodies.lines[rng.integers(len(melodies.lines))])

    def tune(self, line: list[Note]) -> list[Event]:
        """From some note on, the notes of uneven strength and length."""
        begin = line[int(self.rng.integers(0, max(1, len(line) // 2)))].start
        kept = [note for note in line if note.start >= begin and note.keys]
        shift = self.instrument.shift([note.keys[0] for note in kept] or [60])
        shift += int(self.rng.integers(-4, 5))
        legato, middle = self.rng.uniform(0.5, 1.05), self.rng.integers(55, 110)
        return [
            Event(
                (note.start - begin) * self.beat_s + abs(self.rng.normal(0, UNEVEN_S)),
                max(0.05, note.beats * self.beat_s * legato),
                0,
                self.instrument.inside(note.keys[0] + shift),
                int(np.clip(middle + self.rng.normal(0, 9), 25, 127)),
            )
            for note in kept
        ]

    def chorale(self, parts: list[list[Note]]) -> list[Event]:
        """All voices on one instrument."""
        shift = self.instrument.shift([key for part in parts for n in part for key in n.keys])
        beat = self.beat_s
        return [
            Event(note.start * beat, note.beats * beat, 0, key + shift, 80)
            for part in parts
            for note in part
            for key in note.keys
        ]

    def turn(self) -> list[Event]:
        """Four chords again and again: held, struck or broken."""
        minor = bool(self.rng.random() < 0.5)
        degrees = self.rng.choice(MINOR_DEGREES if minor else MAJOR_DEGREES, 4)
        root = self.instrument.keys[0] + int(self.rng.integers(0, 12))
        styles: list[Callable[[float, list[int]], list[Event]]]
        styles = [self._held, self._struck, self._broken]
        style = styles[int(self.rng.integers(len(styles)))]
        events = []
        for bar in range(BARS):
            degree = int(degrees[bar % len(degrees)])
            third = 3 if minor != (degree in SECONDARY) else 4
            steps = (0, third, 7, 12)
            chord = sorted(self.instrument.inside(root + degree + step) for step in steps)
            events += style(bar * BEATS_A_BAR, chord)
        return events

    def _held(self, beat: float, chord: list[int]) -> list[Event]:
        return self._chord(beat, 3.8, chord)

    def _struck(self, beat: float, chord: list[int]) -> list[Event]:
        return [event for hit in STRUCK for event in self._chord(beat + hit, 0.9, chord)]

    def _broken(self, beat: float, chord: list[int]) -> list[Event]:
        return [
            event
            for count, place in enumerate(BROKEN)
            for event in self._chord(beat + count / 2, 0.9, [chord[place]])
        ]

    def _chord(self, beat: float, beats: float, keys: list[int]) -> list[Event]:
        apart = APART_S if self.instrument.plucked else 0.0
        return [
            Event(
                beat * self.beat_s + order * apart,
                beats * self.beat_s,
                0,
                key,
                int(self.rng.integers(50, 105)),
            )
            for order, key in enumerate(keys)
        ]


def add_instruments(pool: Path, unpacked: Path, melodies: Path, count: int) -> None:
    """Add `count` clips of every instrument, the sound fonts taking turns."""
    writer, fonts, scores = Writer(pool), players(unpacked), read_melodies(melodies)
    for number in range(count):
        for place, instrument in enumerate(read_instruments()):
            name = f"{instrument.name.replace(' ', '-')}-{number:03d}"
            if writer.has(name):
                continue
            rng = np.random.default_rng([12, number, place])
            font = fonts[(number + place) % len(fonts)]
            sound = levelled(perform(font, instrument, scores, rng), rng)
            writer.add(name, "instrument", sound, font.origin, instrument_rules(instrument))


def perform(
    font: Player, instrument: Instrument, melodies: Melodies, rng: np.random.Generator
) -> Sound:
    """Dry or in a room, by one of the instrument's programs."""
    seconds = float(rng.choice(LENGTHS_S))
    events = Performance(instrument, rng).choose(melodies)
    heard = [event for event in events if event.start_s < seconds]
    sound = font.play(heard, {0: int(rng.choice(instrument.programs))}, seconds)
    return room(sound, rng) if rng.random() < ROOM_SHARE else sound
