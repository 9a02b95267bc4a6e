"""No music, recorded and made: animals, machines, steps, silence. Every tag is to be low."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import soxr

from distillation.clips import Sound
from distillation.labelling import RATE

from .materials import licences
from .rules import NOTHING, Bounds
from .sound import levelled, room
from .store import Origin, Writer, decode
from .textures import MADE, SAMPLES, between, dull, wind

# Folders of packages with recordings of no music.
FOLDERS = (
    ("tuxpaint-stamps-default", "**/stamps/animals"),
    ("tuxpaint-stamps-default", "**/stamps/household"),
    ("tuxpaint-stamps-default", "**/stamps/vehicles"),
    ("tuxpaint-stamps-default", "**/stamps/naturalforces"),
    ("minetest-data", "**/mods/default/sounds"),
    ("minetest-data", "**/mods/fire/sounds"),
    ("minetest-data", "**/mods/env_sounds/sounds"),
    ("minetest-data", "**/mods/doors/sounds"),
    ("minetest-data", "**/mods/tnt/sounds"),
    ("bucklespring-data", "**/wav"),
    ("wesnoth-1.16-data", "**/sounds"),
)
SUFFIXES = {".ogg", ".wav", ".oga", ".flac", ".mp3"}
# Jingles and instruments are music; what ends so is someone who says what a stamp shows.
MUSICAL = (
    "jingle", "fanfare", "victory", "defeat", "music", "horn", "flute", "harp", "organ", "voices",
    "lute", "sing", "bell",
)  # fmt: skip
SPOKEN = "_desc"
# The teachers may well be right about plain sound, a little.
PERHAPS = (
    "quiet", "ambient", "weird", "no vocals", "no vocal", "no voice", "soft", "slow",
    "msd:ambient", "msd:experimental", "msd:instrumental",
)  # fmt: skip
BARELY: Bounds = (0.0, 0.12)
RULES = NOTHING | dict.fromkeys(PERHAPS, BARELY)
SYNTHESIS = Origin("synthesis", "CC0-1.0")
SCENES = 3
# Of what is made every clip differs; scenes have the same recordings again and again.
MADE_WEIGHT = 2.5
ROOM_SHARE, WIND_SHARE = 0.5, 0.4
# A dog three times slower is an animal nobody has met; under water everything is dull.
ALTERED_SHARE, DULL_SHARE = 0.5, 0.5
SLOWEST, QUICKEST = 0.3, 2.5
DULLEST_HZ, CLEAREST_HZ = 250.0, 6000.0


def silence(rng: np.random.Generator) -> Sound:
    """Nothing, or noise that nobody hears."""
    level = 0.0 if rng.random() < 0.3 else 10 ** (-rng.uniform(60, 96) / 20)
    return np.asarray(level * rng.standard_normal(SAMPLES), np.float32)


class Folder(NamedTuple):
    name: str
    origin: Origin
    files: list[Path]


def folders(unpacked: Path) -> list[Folder]:
    named, found = licences(), []
    for package, pattern in FOLDERS:
        for folder in sorted((unpacked / package).glob(pattern)):
            if files := [path for path in sorted(folder.rglob("*")) if is_noise(path)]:
                name = f"{package}-{folder.parent.name}-{folder.name}"
                found.append(Folder(name, Origin(package, named[package]), files))
    return found


def is_noise(path: Path) -> bool:
    name = path.name.lower()
    musical = any(word in name for word in MUSICAL)
    return path.suffix in SUFFIXES and SPOKEN not in name and not musical


def scene(files: list[Path], rng: np.random.Generator) -> Sound:
    """One to three recordings, each again and again, with breaks."""
    total = np.zeros(SAMPLES, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        try:
            sound = decode(files[rng.integers(len(files))])
        except av.error.FFmpegError:
            continue
        gap = np.zeros(1 + int(rng.exponential(0.6) * RATE), np.float32)
        again = np.concatenate([sound / max(1e-3, np.abs(sound).max(initial=0)), gap])
        total += np.float32(rng.uniform(0.3, 1)) * np.resize(
            np.roll(again, rng.integers(len(again))), SAMPLES
        )
    return total


def altered(sound: Sound, rng: np.random.Generator) -> Sound:
    """Slower and lower or quicker and higher, of the same length, and often dull."""
    speed = between(rng, SLOWEST, QUICKEST)
    made = np.resize(soxr.resample(sound, RATE * speed, RATE), len(sound))
    if rng.random() < DULL_SHARE:
        made = dull(made, between(rng, DULLEST_HZ, CLEAREST_HZ))
    return np.asarray(made, np.float32)


def add_noises(pool: Path, unpacked: Path, count: int) -> None:
    """Add `count` clips of every made kind and of silence, and SCENES times as many a folder."""
    writer, recorded = Writer(pool), folders(unpacked)
    for number in range(count):
        for place, (kind, make) in enumerate(MADE.items()):
            rng = np.random.default_rng([13, number, place])
            sound = make(rng)
            _add(writer, f"{kind}-{number:03d}", sound, SYNTHESIS, rng, MADE_WEIGHT)
        rng = np.random.default_rng([17, number])
        if not writer.has(name := f"silence-{number:03d}"):
            writer.add(name, "noise", silence(rng), SYNTHESIS, RULES)
        for place, folder in enumerate(recorded):
            for take in range(SCENES):
                rng = np.random.default_rng([14, number, place, take])
                sound = scene(folder.files, rng)
                if rng.random() < ALTERED_SHARE:
                    sound = altered(sound, rng)
                if rng.random() < WIND_SHARE:
                    sound = sound + np.float32(rng.uniform(0.05, 0.5)) * wind(rng)
                _add(writer, f"{folder.name}-{number:03d}-{take}", sound, folder.origin, rng)


def _add(
    writer: Writer,
    name: str,
    sound: Sound,
    origin: Origin,
    rng: np.random.Generator,
    weight: float = 1.0,
) -> None:
    if not writer.has(name):
        sound = room(sound, rng) if rng.random() < ROOM_SHARE else sound
        writer.add(name, "noise", levelled(sound, rng), origin, RULES, weight=weight)
