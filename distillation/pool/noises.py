"""No music: animals, machines, steps, rain, hum, clicks, silence. Every tag is to be low."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from scipy.signal import butter, lfilter

from distillation.clips import Sound
from distillation.labelling import RATE

from .materials import licences
from .rules import NOTHING, Bounds
from .sound import levelled, room
from .store import Origin, Writer, decode

SAMPLES = round(8.1 * RATE)
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
SCENES = 3
ROOM_SHARE, WIND_SHARE = 0.5, 0.4

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def peak_one(sound: Floats) -> Sound:
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def wind(rng: np.random.Generator) -> Sound:
    """Noise that falls by 0 to 8 dB an octave, swelling slowly: wind, surf, traffic, fans."""
    spectrum = np.fft.rfft(rng.standard_normal(SAMPLES))
    hertz = np.maximum(np.fft.rfftfreq(SAMPLES, 1 / RATE), 20.0)
    noise = np.fft.irfft(spectrum * hertz ** -rng.uniform(0, 1.3), SAMPLES)
    phase = 2 * np.pi * rng.uniform(0.05, 0.6) * np.arange(SAMPLES) / RATE + rng.uniform(0, 6)
    return peak_one(noise * (1 + rng.uniform(0, 0.9) * np.sin(phase)))


def rain(rng: np.random.Generator) -> Sound:
    """Drops: many short bursts through a band, over a little wind."""
    drops = np.zeros(SAMPLES)
    places = rng.integers(0, SAMPLES, int(rng.uniform(20, 900) * SAMPLES / RATE))
    drops[places] = rng.exponential(1.0, len(places))
    low = rng.uniform(500, 2500)
    band = butter(2, [low, min(low * rng.uniform(1.5, 4), 7600)], "band", fs=RATE)
    return peak_one(lfilter(*band, drops)) + np.float32(0.15 * rng.random()) * wind(rng)


def engine(rng: np.random.Generator) -> Sound:
    """Pulses at 12 to 110 a second that wander, dull: engines, saws, fans."""
    wander = np.cumsum(rng.standard_normal(SAMPLES)) / np.sqrt(SAMPLES)
    phase = np.cumsum(rng.uniform(12, 110) * (1 + 0.04 * wander)) / RATE
    pulses = (phase % 1) ** rng.uniform(2, 12) - 0.2
    hiss = rng.uniform(0.05, 0.7) * rng.standard_normal(SAMPLES)
    return peak_one(lfilter(*butter(2, rng.uniform(300, 3000), fs=RATE), pulses + hiss))


def hum(rng: np.random.Generator) -> Sound:
    """Mains and its harmonics."""
    phase = 2 * np.pi * rng.choice([50.0, 60.0]) * np.arange(SAMPLES) / RATE
    parts = [rng.exponential(1 / k) * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, 13)]
    hiss = rng.uniform(0, 0.05) * rng.standard_normal(SAMPLES)
    return peak_one(np.sum(parts, axis=0) + hiss)


def clicks(rng: np.random.Generator) -> Sound:
    """Regular or irregular clicks that ring shortly."""
    regular = np.full(400, rng.uniform(0.3, 1.1))
    gaps_s = rng.exponential(rng.uniform(0.05, 0.8), 400) if rng.random() < 0.6 else regular
    places = (np.cumsum(gaps_s) * RATE).astype(int)
    places = np.append(places[places < SAMPLES], 0)
    train = np.zeros(SAMPLES)
    train[places] = rng.uniform(0.2, 1, len(places))
    ring = rng.standard_normal(round(rng.uniform(0.002, 0.06) * RATE))
    return peak_one(np.convolve(train, ring * np.exp(-np.linspace(0, 6, len(ring))))[:SAMPLES])


def beeps(rng: np.random.Generator) -> Sound:
    """Signals of machines: a tone on and off."""
    times = np.arange(SAMPLES) / RATE
    tone = np.sin(2 * np.pi * rng.uniform(300, 3000) * times)
    tone = np.sign(tone) if rng.random() < 0.3 else tone
    return peak_one(tone * ((times * rng.uniform(0.4, 3)) % 1 < rng.uniform(0.1, 0.6)))


MADE: dict[str, Callable[[np.random.Generator], Sound]] = {
    "wind": wind, "rain": rain, "engine": engine, "hum": hum, "clicks": clicks, "beeps": beeps
}  # fmt: skip


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


def add_noises(pool: Path, unpacked: Path, count: int) -> None:
    """Add `count` clips of every made kind and of silence, and SCENES times as many a folder."""
    writer, recorded = Writer(pool), folders(unpacked)
    for number in range(count):
        for place, (kind, make) in enumerate(MADE.items()):
            rng = np.random.default_rng([13, number, place])
            sound = make(rng)
            _add(writer, f"{kind}-{number:03d}", sound, Origin("synthesis", "CC0-1.0"), rng)
        rng = np.random.default_rng([17, number])
        if not writer.has(name := f"silence-{number:03d}"):
            writer.add(name, "noise", silence(rng), Origin("synthesis", "CC0-1.0"), RULES)
        for place, folder in enumerate(recorded):
            for take in range(SCENES):
                rng = np.random.default_rng([14, number, place, take])
                sound = scene(folder.files, rng)
                if rng.random() < WIND_SHARE:
                    sound = sound + np.float32(rng.uniform(0.05, 0.5)) * wind(rng)
                _add(writer, f"{folder.name}-{number:03d}-{take}", sound, folder.origin, rng)


def _add(writer: Writer, name: str, sound: Sound, origin: Origin, rng: np.random.Generator) -> None:
    if not writer.has(name):
        sound = room(sound, rng) if rng.random() < ROOM_SHARE else sound
        writer.add(name, "noise", levelled(sound, rng), origin, RULES)
