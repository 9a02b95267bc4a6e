"""Instruments alone: every General MIDI program of several sound fonts, so that what plays is known.

What plays is to be high, what cannot be there low; where opinions differ there is no label.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from distillation.clips import Sound
from distillation.melodies import Note, read_chorales, read_lines
from distillation.pool import Bounds, Rules, Writer
from distillation.rendering import SOUND_FONTS, Event, Player
from distillation.voices import LOW, levelled, room

LENGTHS_S = (8.1, 10.8)
# What a lone instrument says nothing about.
OPEN = (
    "slow", "fast", "quiet", "soft", "loud", "solo", "classical", "classic", "ambient", "new age",
    "weird", "no vocals", "no vocal", "no voice", "beat",
    "msd:beautiful", "msd:Mellow", "msd:chill", "msd:chillout", "msd:ambient", "msd:acoustic",
    "msd:experimental", "msd:sad", "msd:happy", "msd:instrumental", "msd:folk", "msd:jazz",
    "msd:easy listening", "msd:blues", "msd:60s", "msd:70s", "msd:80s", "msd:90s", "msd:00s",
    "msd:oldies", "msd:indie", "msd:country", "msd:Progressive rock", "msd:alternative",
)  # fmt: skip
FLOORS: dict[str, Bounds] = {"no vocals": (0.3, 1), "solo": (0.25, 1), "msd:instrumental": (0.5, 1)}


class Instrument(NamedTuple):
    """Programs that sound so; `present`: tag → least score; `open`: tags nobody can judge."""

    name: str
    programs: tuple[int, ...]
    lowest: int
    highest: int
    present: dict[str, float]
    open: tuple[str, ...] = ()


STRINGS = ("violin", "cello", "strings")
ELECTRIC = ("rock", "metal", "msd:rock", "msd:metal", "msd:hard rock", "msd:heavy metal",
            "msd:alternative rock", "msd:classic rock", "msd:punk", "msd:indie rock")  # fmt: skip
SYNTHETIC = ("electronic", "techno", "dance", "beats", "msd:electronic", "msd:electronica",
             "msd:electro", "msd:dance", "msd:House")  # fmt: skip
INSTRUMENTS = (
    Instrument("piano", (0, 1, 2, 3), 45, 84, {"piano": 0.9}),
    Instrument("electric piano", (4, 5), 45, 80, {"piano": 0.5}, ("synth", "electronic", "msd:soul")),
    Instrument("harpsichord", (6,), 48, 79, {"harpsichord": 0.9}),
    Instrument("clavinet", (7,), 43, 74, {}, ("harpsichord", "guitar", "msd:funk", "msd:soul")),
    Instrument("bells", (8, 9, 10, 14), 60, 88, {}, ("piano", "harp")),
    Instrument("vibraphone", (11,), 55, 84, {}, ("piano",)),
    Instrument("marimba", (12, 13), 50, 84, {}, ("piano", "drums")),
    Instrument("dulcimer", (15,), 52, 80, {}, ("guitar", "harpsichord", "harp", "sitar")),
    Instrument("organ", (16, 17, 18, 19, 20), 43, 79, {}, ("synth", "electronic", "msd:soul")),
    Instrument("accordion", (21, 23), 48, 80, {}),
    Instrument("harmonica", (22,), 57, 84, {}),
    Instrument("acoustic guitar", (24, 25), 43, 76, {"guitar": 0.9, "msd:guitar": 0.4}, ("country",)),
    Instrument("electric guitar", (26, 27, 28), 43, 76, {"guitar": 0.9, "msd:guitar": 0.3}),
    Instrument("distorted guitar", (29, 30), 40, 72, {"guitar": 0.85, "msd:guitar": 0.3}, ELECTRIC),
    Instrument("bass guitar", (32, 33, 34, 35, 36, 37), 28, 50, {}, ("guitar", "msd:guitar", "msd:funk")),
    Instrument("synthetic bass", (38, 39), 28, 52, {"synth": 0.5}, SYNTHETIC),
    Instrument("violin", (40, 110), 57, 86, {"violin": 0.9, "strings": 0.6}),
    Instrument("viola", (41,), 50, 76, {"strings": 0.8}, ("violin", "cello")),
    Instrument("cello", (42,), 38, 67, {"cello": 0.9, "strings": 0.6}, ("violin",)),
    Instrument("double bass", (43,), 30, 52, {"strings": 0.4}, ("cello",)),
    Instrument("string orchestra", (44, 48, 49), 40, 84, {"strings": 0.9}, ("violin", "cello", "synth")),
    Instrument("plucked strings", (45,), 45, 80, {"strings": 0.4}, ("violin", "guitar", "harp")),
    Instrument("harp", (46,), 45, 88, {"harp": 0.9}),
    Instrument("timpani", (47,), 36, 55, {"drums": 0.7}),
    Instrument("synthetic strings", (50, 51), 43, 82, {"synth": 0.5, "strings": 0.3}, ("electronic", "violin", "msd:electronic")),
    Instrument("trumpet", (56, 59), 55, 80, {}),
    Instrument("trombone", (57,), 40, 67, {}),
    Instrument("tuba", (58,), 30, 53, {}),
    Instrument("horn", (60,), 43, 72, {}),
    Instrument("brass", (61, 62, 63), 45, 76, {}, ("synth", "msd:funk", "msd:soul")),
    Instrument("saxophone", (64, 65, 66, 67), 46, 78, {}, ("msd:soul",)),
    Instrument("oboe", (68, 69), 57, 84, {}),
    Instrument("bassoon", (70,), 36, 65, {}),
    Instrument("clarinet", (71,), 50, 84, {}),
    Instrument("flute", (72, 73, 74), 60, 91, {"flute": 0.9}),
    Instrument("pipes", (75, 76, 77, 78, 79), 60, 88, {"flute": 0.5}),
    Instrument("synthesizer", (80, 81, 82, 83, 84, 86, 87), 40, 80, {"synth": 0.85, "electronic": 0.4, "msd:electronic": 0.3}, SYNTHETIC),
    Instrument("synthetic pad", (88, 89, 90, 91, 93, 94, 95), 43, 79, {"synth": 0.8, "ambient": 0.4, "electronic": 0.4, "msd:ambient": 0.4, "msd:electronic": 0.3}, (*SYNTHETIC, "choir", "strings")),
    Instrument("sitar", (104,), 48, 76, {"sitar": 0.9, "indian": 0.7}),
    Instrument("banjo", (105,), 48, 79, {}, ("guitar", "country", "msd:guitar")),
    Instrument("shamisen and koto", (106, 107), 50, 79, {}, ("guitar", "harp", "sitar", "indian")),
    Instrument("kalimba", (108,), 55, 84, {}, ("harp", "guitar")),
    Instrument("bagpipe", (109,), 57, 79, {}, ("indian",)),
    Instrument("shawm", (111,), 57, 80, {}, ("indian",)),
    Instrument("steel drums", (114,), 55, 84, {}, ("drums",)),
    Instrument("drums", (115, 116, 117, 118), 40, 72, {"drums": 0.8}),
)  # fmt: skip
PLUCKED = {"acoustic guitar", "electric guitar", "bass guitar", "banjo", "harp", "sitar", "piano"}
CHORDAL = {
    "piano", "electric piano", "harpsichord", "organ", "accordion", "acoustic guitar", "synthesizer",
    "electric guitar", "string orchestra", "synthetic strings", "synthetic pad", "harp", "brass",
    "vibraphone", "distorted guitar", "clavinet", "dulcimer",
}  # fmt: skip


def rules(instrument: Instrument) -> Rules:
    found: dict[str, Bounds] = {"*": LOW, **dict.fromkeys(OPEN), **FLOORS}
    found |= dict.fromkeys(instrument.open)
    return found | {tag: (lowest, 1.0) for tag, lowest in instrument.present.items()}


def fitted(keys: list[int], instrument: Instrument) -> int:
    """By how many keys to move a tune so that its middle lies in the instrument's range."""
    middle = (instrument.lowest + instrument.highest) / 2
    return round((middle - float(np.median(keys))) / 12) * 12


def inside(key: int, instrument: Instrument) -> int:
    """By octaves into the range."""
    while key > instrument.highest:
        key -= 12
    while key < instrument.lowest:
        key += 12
    return key


def line_events(
    line: list[Note], instrument: Instrument, channel: int, beat_s: float, rng: np.random.Generator
) -> list[Event]:
    """A tune, from some note on, its notes of uneven strength and length."""
    begin = line[int(rng.integers(0, max(1, len(line) // 2)))].start
    kept = [note for note in line if note.start >= begin and note.keys]
    shift = fitted([key for note in kept for key in note.keys] or [60], instrument)
    shift += int(rng.integers(-4, 5))
    legato = rng.uniform(0.5, 1.05)
    middle = int(rng.integers(55, 110))
    return [
        Event(
            (note.start - begin) * beat_s + abs(rng.normal(0, 0.008)),
            max(0.05, note.beats * beat_s * legato),
            channel,
            inside(key + shift, instrument),
            int(np.clip(middle + rng.normal(0, 9), 25, 127)),
        )
        for note in kept
        for key in note.keys
    ]


def chord_events(instrument: Instrument, beat_s: float, rng: np.random.Generator) -> list[Event]:
    """Four-chord turns, struck, strummed or broken."""
    root, minor = int(rng.integers(0, 12)), rng.random() < 0.5
    degrees = rng.choice([0, 2, 3, 5, 7, 8 if minor else 9, 10 if minor else 11], 4)
    style = rng.choice(["held", "struck", "broken"])
    events = []
    for bar in range(16):
        third = 3 if minor != (degrees[bar % 4] in (2, 4, 9)) else 4
        base = inside(instrument.lowest + (root + int(degrees[bar % 4])) % 12, instrument)
        chord = sorted(inside(base + step, instrument) for step in (0, third, 7, 12))
        hits = {"held": [0.0], "struck": [0, 1, 1.5, 2, 3, 3.5], "broken": list(np.arange(8) / 2)}[
            style
        ]
        for count, hit in enumerate(hits):
            for order, key in enumerate(
                chord if style != "broken" else [chord[[0, 1, 2, 3, 2, 1, 2, 1][count % 8]]]
            ):
                start = (bar * 4 + hit) * beat_s + order * (
                    0.012 if instrument.name in PLUCKED else 0
                )
                length = beat_s * (3.8 if style == "held" else 0.9)
                events.append(Event(start, length, 0, key, int(rng.integers(50, 105))))
    return events


def add_instruments(pool: Path, unpacked: Path, melodies: Path, count: int) -> None:
    """Add `count` clips of every instrument, the sound fonts taking turns."""
    writer = Writer(pool)
    players = [Player(unpacked, font) for font in SOUND_FONTS]
    lines, chorales = read_lines(melodies), read_chorales(melodies)
    for number in range(count):
        for place, instrument in enumerate(INSTRUMENTS):
            rng = np.random.default_rng([12, number, place])
            name = f"{instrument.name.replace(' ', '-')}-{number:03d}"
            if writer.has(name):
                continue
            player = players[(number + place) % len(players)]
            sound = perform(player, instrument, lines, chorales, rng)
            if np.abs(sound).max() > 1e-3:
                writer.add(
                    name, levelled(sound, rng), kind="instrument", rules=rules(instrument),
                    source=player.font.package, licence=player.font.licence,
                )  # fmt: skip


def perform(
    player: Player,
    instrument: Instrument,
    lines: list[list[Note]],
    chorales: list[list[list[Note]]],
    rng: np.random.Generator,
) -> Sound:
    """A tune, chords or a chorale; dry or in a room."""
    seconds, beat_s = float(rng.choice(LENGTHS_S)), float(rng.uniform(0.3, 0.8))
    kind = rng.random()
    if instrument.name in CHORDAL and kind < 0.4:
        events = chord_events(instrument, beat_s, rng)
    elif instrument.name in CHORDAL and kind < 0.6 and chorales:
        parts = chorales[rng.integers(len(chorales))]
        wide = instrument._replace(lowest=0, highest=127)
        events = [
            Event(n.start * beat_s, n.beats * beat_s, 0, key, 80)
            for p in parts
            for n in p
            for key in n.keys
        ]
        shift = fitted(
            [event.key for event in events],
            wide._replace(lowest=instrument.lowest, highest=instrument.highest),
        )
        events = [event._replace(key=event.key + shift) for event in events]
    else:
        events = line_events(lines[rng.integers(len(lines))], instrument, 0, beat_s, rng)
    program = int(rng.choice(instrument.programs))
    sound = player.play([e for e in events if e.start_s < seconds], {0: program}, seconds)
    return room(sound, rng) if rng.random() < 0.5 else sound
