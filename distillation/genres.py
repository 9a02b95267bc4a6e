"""Arrangements with drums and bass in the time of a genre, made up note by note and rendered.

What genre it is to be is known; whether it sounds real is not. So the genre's own words get a
least score, other genres' words no label, and the rest is what the teachers hear.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from distillation.clips import Sound
from distillation.pool import Bounds, Rules, Writer
from distillation.rendering import CHANNEL_OF_DRUMS, SOUND_FONTS, Event, Player
from distillation.voices import LOW, levelled

LENGTH_S = 10.8
KICK, SNARE, RIM, CLAP, CLOSED, OPEN_HAT, RIDE, CRASH = 36, 38, 37, 39, 42, 46, 51, 49
BEATS = 4
GENRE_WORDS = (
    "rock", "pop", "country", "metal", "dance", "techno", "electronic", "classical", "indian",
    "new age", "beat", "beats", "loud", "fast", "slow", "soft", "quiet", "weird", "ambient",
    *(f"msd:{tag}" for tag in (
        "rock", "pop", "alternative", "indie", "electronic", "dance", "00s", "alternative rock",
        "jazz", "metal", "chillout", "classic rock", "soul", "indie rock", "Mellow", "electronica",
        "80s", "folk", "90s", "chill", "punk", "oldies", "blues", "hard rock", "experimental",
        "Hip-Hop", "70s", "party", "country", "easy listening", "sexy", "catchy", "funk",
        "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop", "sad", "House",
        "happy", "beautiful", "ambient", "acoustic",
    )),
)  # fmt: skip
VOCAL = ("female", "male", "woman", "man", "female vocal", "male vocal", "female voice", "male voice",
         "vocal", "vocals", "voice", "singing", "choir", "choral", "opera",
         "msd:female vocalists", "msd:male vocalists", "msd:female vocalist")  # fmt: skip


class Genre(NamedTuple):
    """Steps are quarters of a beat. `swing`: how late the second of two eighths is, of a beat.

    Patterns map a drum to the steps of a bar; `bass` is steps with the chord's tone (0, third 1,
    fifth 2, octave 3); `comp` are the steps at which the chord is struck.
    """

    name: str
    tempo: tuple[int, int]
    swing: float
    drums: tuple[dict[int, tuple[int, ...]], ...]
    bass: tuple[tuple[tuple[int, int], ...], ...]
    comp: tuple[tuple[int, ...], ...]
    chords: tuple[tuple[tuple[int, str], ...], ...]
    bass_programs: tuple[int, ...]
    comp_programs: tuple[int, ...]
    lead_programs: tuple[int, ...]
    present: dict[str, float]


TONES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "M7": (0, 4, 7, 11),
    "5": (0, 7, 12),
}
BLUES_TURN = tuple((root, "7") for root in (0, 0, 0, 0, 5, 5, 0, 0, 7, 5, 0, 7))
JAZZ_TURNS = (
    ((2, "m7"), (7, "7"), (0, "M7"), (9, "7")),
    ((0, "M7"), (9, "m7"), (2, "m7"), (7, "7")),
)
POP_TURNS = (((0, ""), (7, ""), (9, "m"), (5, "")), ((9, "m"), (5, ""), (0, ""), (7, "")))
COUNTRY_TURNS = (
    ((0, ""), (0, ""), (5, ""), (0, ""), (7, ""), (7, ""), (0, ""), (0, "")),
    ((0, ""), (5, ""), (0, ""), (7, "")),
)
MINOR_TURNS = (((0, "m7"), (5, "m7")), ((0, "m7"), (10, ""), (8, ""), (7, "7")))
EIGHTHS, OFFBEATS, SIXTEENTHS = tuple(range(0, 16, 2)), (2, 6, 10, 14), tuple(range(16))
WALK = (((0, 0), (4, 1), (8, 2), (12, 1)), ((0, 0), (4, 2), (8, 3), (12, 2)))

GENRES = (
    Genre("jazz", (110, 220), 0.66,
          ({RIDE: (0, 4, 6, 8, 12, 14), 44: (4, 12), KICK: (0,)}, {RIDE: (0, 4, 6, 8, 12, 14), SNARE: (10,), 44: (4, 12)}),
          WALK, ((6,), (0, 6), (2, 10), (4, 14)), JAZZ_TURNS, (32, 35), (0, 26, 0), (65, 66, 56, 11, 26, 0),
          {"msd:jazz": 0.7}),
    Genre("blues", (70, 130), 0.66,
          ({KICK: (0, 8), SNARE: (4, 12), CLOSED: EIGHTHS}, {KICK: (0, 8, 10), SNARE: (4, 12), RIDE: EIGHTHS}),
          (((0, 0), (4, 1), (8, 2), (12, 1)), ((0, 0), (2, 0), (4, 2), (6, 2), (8, 3), (10, 3), (12, 2), (14, 2))),
          ((0, 4, 8, 12), (2, 6, 10, 14)), (BLUES_TURN,), (33, 34), (27, 16, 0, 29), (22, 27, 29, 26),
          {"msd:blues": 0.6, "guitar": 0.3}),
    Genre("funk", (92, 116), 0.5,
          ({KICK: (0, 3, 10), SNARE: (4, 12), CLOSED: SIXTEENTHS}, {KICK: (0, 6, 10, 11), SNARE: (4, 12, 15), CLOSED: EIGHTHS, OPEN_HAT: (14,)}),
          (((0, 0), (3, 3), (6, 0), (10, 2), (11, 0), (14, 3)), ((0, 0), (2, 0), (7, 3), (10, 2), (13, 2))),
          ((2, 3, 6, 10), (4, 7, 12, 15)), MINOR_TURNS, (36, 37, 33), (28, 7, 16), (61, 66, 7, 56),
          {"msd:funk": 0.6, "msd:soul": 0.2}),
    Genre("hip-hop", (80, 100), 0.56,
          ({KICK: (0, 7, 10), SNARE: (4, 12), CLOSED: EIGHTHS}, {KICK: (0, 3, 8, 11), CLAP: (4, 12), SNARE: (4, 12), CLOSED: SIXTEENTHS}),
          (((0, 0), (7, 0), (10, 2)), ((0, 0), (3, 0), (11, 0))), ((0,), (0, 6)), MINOR_TURNS, (38, 33, 39), (4, 0, 50), (80, 11, 5, 45),
          {"msd:Hip-Hop": 0.6, "beat": 0.3, "beats": 0.15}),
    Genre("reggae", (66, 88), 0.5,
          ({KICK: (8,), RIM: (8,), CLOSED: EIGHTHS}, {KICK: (0, 8), SNARE: (8,), CLOSED: EIGHTHS, OPEN_HAT: (14,)}),
          (((0, 0), (3, 0), (6, 1), (8, 2), (12, 1)), ((2, 0), (4, 0), (6, 2), (10, 0), (12, 1))),
          ((4, 12), (4, 6, 12, 14)), (((0, ""), (5, "")), ((9, "m"), (2, "m")), ((0, ""), (7, ""), (5, ""), (7, ""))),
          (33, 34), (28, 16, 17), (57, 17, 22, 26), {"msd:soul": 0.2}),
    Genre("country", (96, 150), 0.52,
          ({KICK: (0, 8), SNARE: (4, 12), CLOSED: EIGHTHS}, {KICK: (0, 8), RIM: (2, 6, 10, 14)}),
          (((0, 0), (8, 2)), ((0, 0), (4, 2), (8, 2), (12, 0))), ((4, 12), (2, 4, 6, 10, 12, 14)), COUNTRY_TURNS,
          (32, 33), (25, 25, 105), (110, 27, 105, 22, 25), {"country": 0.5, "msd:country": 0.6, "guitar": 0.4}),
    Genre("disco", (112, 128), 0.5,
          ({KICK: (0, 4, 8, 12), SNARE: (4, 12), OPEN_HAT: OFFBEATS}, {KICK: (0, 4, 8, 12), CLAP: (4, 12), OPEN_HAT: OFFBEATS, CLOSED: SIXTEENTHS}),
          (((0, 0), (2, 3), (4, 0), (6, 3), (8, 0), (10, 3), (12, 0), (14, 3)),), ((2, 6, 10, 14), (3, 6, 11, 14)), MINOR_TURNS + POP_TURNS,
          (33, 38, 36), (28, 4, 50), (48, 61, 81, 50), {"msd:dance": 0.4, "dance": 0.3, "beat": 0.3}),
    Genre("rock", (105, 150), 0.5,
          ({KICK: (0, 8, 10), SNARE: (4, 12), CLOSED: EIGHTHS, CRASH: (0,)}, {KICK: (0, 6, 8), SNARE: (4, 12), OPEN_HAT: EIGHTHS}),
          (((0, 0), (2, 0), (4, 0), (6, 0), (8, 0), (10, 0), (12, 0), (14, 0)),), (EIGHTHS, (0, 3, 6, 8, 11, 14)),
          (((0, "5"), (5, "5"), (7, "5"), (5, "5")), ((0, "5"), (10, "5"), (5, "5"), (0, "5"))), (34, 33), (29, 30), (29, 30, 27),
          {"rock": 0.6, "msd:rock": 0.6, "guitar": 0.6}),
    Genre("pop", (88, 126), 0.5,
          ({KICK: (0, 8, 10), SNARE: (4, 12), CLOSED: EIGHTHS}, {KICK: (0, 4, 8, 12), CLAP: (4, 12), CLOSED: OFFBEATS}),
          (((0, 0), (6, 0), (8, 0), (14, 0)), ((0, 0), (2, 0), (4, 0), (6, 0), (8, 0), (10, 0), (12, 0), (14, 0))),
          ((0, 4, 8, 12), (0, 3, 6, 8, 11, 14)), POP_TURNS, (33, 38), (0, 25, 4, 27), (80, 0, 27, 89), {"pop": 0.3, "msd:pop": 0.4}),
    Genre("soul", (64, 92), 0.58,
          ({KICK: (0, 7, 8), SNARE: (4, 12), CLOSED: EIGHTHS}, {KICK: (0, 10), RIM: (4, 12), CLOSED: EIGHTHS}),
          (((0, 0), (6, 2), (8, 0), (14, 1)),), ((0, 6, 10), (4, 12)),
          (((0, "M7"), (9, "m7"), (2, "m7"), (7, "7")), ((5, "M7"), (4, "m7"), (2, "m7"), (0, "M7"))), (33, 37), (4, 16, 27), (66, 61, 4, 26),
          {"msd:soul": 0.5}),
    Genre("bossa nova", (112, 144), 0.5,
          ({RIM: (0, 3, 6, 10, 13), KICK: (0, 6, 8, 14), CLOSED: EIGHTHS},), (((0, 0), (6, 2), (8, 2), (14, 0)),),
          ((0, 3, 6, 10, 13),), JAZZ_TURNS, (32,), (24, 26), (73, 66, 24, 0), {"msd:jazz": 0.4, "guitar": 0.4}),
    Genre("folk", (80, 120), 0.5, ({},), (((0, 0), (8, 2)),), (SIXTEENTHS[::2], (0, 2, 3, 6, 7, 8, 10, 11, 14, 15)),
          POP_TURNS + COUNTRY_TURNS, (32,), (25, 24), (73, 110, 22, 25, 74), {"guitar": 0.7, "msd:folk": 0.4, "msd:acoustic": 0.4}),
)  # fmt: skip


def rules(genre: Genre) -> Rules:
    """The genre's words at least so high, other genres' unknown, and nobody sings."""
    found: dict[str, Bounds] = dict.fromkeys(GENRE_WORDS) | dict.fromkeys(VOCAL, LOW)
    if genre.name not in ("country", "folk", "bossa nova"):
        found["classical"] = LOW
    return found | {tag: (lowest, 1.0) for tag, lowest in genre.present.items()}


def arrange(genre: Genre, rng: np.random.Generator) -> tuple[list[Event], dict[int, int]]:
    """Drums, bass, chords and mostly a tune, for longer than a clip."""
    step_s = 60 / rng.uniform(*genre.tempo) / BEATS
    bars = int(LENGTH_S / step_s / 16) + 2
    key = int(rng.integers(0, 12))
    pick = lambda choices: choices[int(rng.integers(len(choices)))]  # noqa: E731
    turn, drums, bass, comp = (
        pick(genre.chords),
        pick(genre.drums),
        pick(genre.bass),
        pick(genre.comp),
    )
    programs = {
        0: pick(genre.bass_programs),
        1: pick(genre.comp_programs),
        2: pick(genre.lead_programs),
        CHANNEL_OF_DRUMS: 0,
    }
    lead = rng.random() < 0.7

    def at(bar: int, step: float) -> float:
        late = (genre.swing - 0.5) * BEATS if step % 4 == 2 else 0.0
        return max(0.0, (bar * 16 + step + late) * step_s + rng.normal(0, 0.006))

    events = []
    for bar in range(bars):
        root, quality = turn[bar % len(turn)]
        tones = TONES[quality]
        for drum, steps in drums.items():
            events += [
                Event(at(bar, s), 0.1, CHANNEL_OF_DRUMS, drum, int(rng.integers(60, 115)))
                for s in steps
            ]
        for step, tone in bass:
            low = 28 + (key + root - 28) % 12
            interval = (*tones[:3], 12)[tone]
            events.append(
                Event(at(bar, step), step_s * 3, 0, low + interval, int(rng.integers(80, 115)))
            )
        base = 52 + (key + root - 52) % 12
        for step in comp:
            events += [
                Event(
                    at(bar, step),
                    step_s * rng.uniform(1, 3.5),
                    1,
                    base + t,
                    int(rng.integers(45, 90)),
                )
                for t in tones
            ]
        if lead:
            events += solo(bar, key, root, tones, step_s, at, rng)
    return events, programs


def solo(bar, key, root, tones, step_s, at, rng) -> list[Event]:
    """Tones of the chord on the beat, of the scale between them."""
    scale = [0, 2, 4, 5, 7, 9, 11] if len(tones) != 3 or tones[1] == 4 else [0, 2, 3, 5, 7, 8, 10]
    events, degree = [], int(rng.integers(4, 10))
    for step in range(0, 16, int(rng.choice([2, 2, 4]))):
        if rng.random() < 0.35:
            continue
        degree = int(np.clip(degree + rng.integers(-2, 3), 0, 13))
        note = scale[degree % 7] + 12 * (degree // 7)
        if step % 8 == 0:
            note = root + tones[degree % len(tones)]
        start = 60 + (key - 60) % 12 - 5
        events.append(
            Event(
                at(bar, step),
                step_s * rng.uniform(1.5, 4),
                2,
                start + note,
                int(rng.integers(70, 112)),
            )
        )
    return events


def add_genres(pool: Path, unpacked: Path, count: int) -> None:
    """Add `count` clips of every genre, the sound fonts taking turns."""
    writer = Writer(pool)
    players = [Player(unpacked, font) for font in SOUND_FONTS]
    for number in range(count):
        for place, genre in enumerate(GENRES):
            rng = np.random.default_rng([16, number, place])
            name = f"{genre.name.replace(' ', '-')}-{number:03d}"
            if writer.has(name):
                continue
            player = players[(number + place) % len(players)]
            events, programs = arrange(genre, rng)
            sound: Sound = player.play(
                [e for e in events if e.start_s < LENGTH_S], programs, LENGTH_S
            )
            writer.add(
                name, levelled(sound, rng), kind="genre", rules=rules(genre),
                source=player.font.package, licence=player.font.licence,
            )  # fmt: skip
