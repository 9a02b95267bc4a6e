"""No music: animals, machines, steps, rain, hum, clicks, silence. Every tag is to be low."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from scipy.signal import butter, lfilter

from distillation.clips import Sound
from distillation.labelling import RATE
from distillation.pool import Rules, Writer, decode
from distillation.voices import LOW, levelled, room

LENGTH_S = 8.1
# Folders of packages with recordings of no music, and their licences as the packages name them.
FOLDERS = (
    ("tuxpaint-stamps-default", "**/stamps/animals", "GPL-2+ and others, see its copyright file"),
    ("tuxpaint-stamps-default", "**/stamps/household", "GPL-2+ and others, see its copyright file"),
    ("tuxpaint-stamps-default", "**/stamps/vehicles", "GPL-2+ and others, see its copyright file"),
    (
        "tuxpaint-stamps-default",
        "**/stamps/naturalforces",
        "GPL-2+ and others, see its copyright file",
    ),
    ("minetest-data", "**/mods/default/sounds", "LGPL-2.1+, CC-BY-SA-3.0"),
    ("minetest-data", "**/mods/fire/sounds", "CC-BY-SA-3.0"),
    ("minetest-data", "**/mods/env_sounds/sounds", "CC-BY-SA-3.0"),
    ("minetest-data", "**/mods/doors/sounds", "CC-BY-SA-3.0"),
    ("minetest-data", "**/mods/tnt/sounds", "CC-BY-SA-3.0"),
    ("bucklespring-data", "**/wav", "GPL-2"),
    ("wesnoth-1.16-data", "**/sounds", "GPL-2+"),
    ("endless-sky-data", "**/sounds", "GPL-3+"),
)
SUFFIXES = {".ogg", ".wav", ".oga", ".flac", ".mp3"}
# Jingles are music, speech is speech.
MUSICAL = ("jingle", "fanfare", "victory", "defeat", "music", "horn", "flute", "harp", "organ",
           "invertigo", "voices", "welcome", "won", "game_over", "lute", "sing", "bell")  # fmt: skip
# None, rather than low, where the teachers may well be right about plain sound.
OPEN = ("quiet", "ambient", "weird", "no vocals", "no vocal", "no voice", "soft", "slow",
        "msd:ambient", "msd:experimental", "msd:instrumental")  # fmt: skip
CEILING = (0.0, 0.12)
RULES: Rules = {"*": LOW, **dict.fromkeys(OPEN, CEILING)}
Make = Callable[[np.random.Generator, int], Sound]


def coloured(rng: np.random.Generator, samples: int) -> Sound:
    """Noise that falls by 0 to 8 dB an octave, swelling slowly: wind, surf, traffic, fans."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hertz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 20.0)
    noise = np.fft.irfft(spectrum * hertz ** -rng.uniform(0, 1.3), samples)
    times = np.arange(samples) / RATE
    swell = 1 + rng.uniform(0, 0.9) * np.sin(
        2 * np.pi * rng.uniform(0.05, 0.6) * times + rng.uniform(0, 6)
    )
    return (noise / np.abs(noise).max() * swell).astype(np.float32)


def rain(rng: np.random.Generator, samples: int) -> Sound:
    """Drops: many short bursts through a band, over a little noise."""
    drops = np.zeros(samples)
    places = rng.integers(0, samples, int(rng.uniform(20, 900) * samples / RATE))
    drops[places] = rng.exponential(1.0, len(places))
    low = rng.uniform(500, 2500)
    numerator, denominator = butter(2, [low, min(low * rng.uniform(1.5, 4), 7600)], "band", fs=RATE)
    wet = lfilter(numerator, denominator, drops)
    return (wet / np.abs(wet).max() + 0.15 * rng.random() * coloured(rng, samples)).astype(
        np.float32
    )


def engine(rng: np.random.Generator, samples: int) -> Sound:
    """Pulses at 12 to 110 a second that wander, through a resonance: engines, saws, fans."""
    rate = rng.uniform(12, 110) * (
        1 + 0.15 * np.cumsum(rng.standard_normal(samples)) / np.sqrt(samples) / 4
    )
    phase = np.cumsum(rate) / RATE
    pulses = (phase % 1) ** rng.uniform(2, 12) - 0.2
    numerator, denominator = butter(2, rng.uniform(300, 3000), fs=RATE)
    dull = lfilter(
        numerator, denominator, pulses + rng.uniform(0.05, 0.7) * rng.standard_normal(samples)
    )
    return (dull / np.abs(dull).max()).astype(np.float32)


def hum(rng: np.random.Generator, samples: int) -> Sound:
    """Mains and its harmonics."""
    times = np.arange(samples) / RATE
    base = rng.choice([50.0, 60.0])
    parts = [
        rng.exponential(1 / k) * np.sin(2 * np.pi * base * k * times + rng.uniform(0, 6))
        for k in range(1, 13)
    ]
    total = np.sum(parts, axis=0) + rng.uniform(0, 0.05) * rng.standard_normal(samples)
    return (total / np.abs(total).max()).astype(np.float32)


def clicks(rng: np.random.Generator, samples: int) -> Sound:
    """Irregular or regular clicks with a short ring."""
    gaps = (
        rng.exponential(rng.uniform(0.05, 0.8), 400)
        if rng.random() < 0.6
        else np.full(400, rng.uniform(0.3, 1.1))
    )
    places = (np.cumsum(gaps) * RATE).astype(int)
    places = places[places < samples]
    train = np.zeros(samples)
    train[places] = rng.uniform(0.2, 1, len(places))
    ring = rng.standard_normal(int(rng.uniform(0.002, 0.06) * RATE))
    ring *= np.exp(-np.linspace(0, 6, len(ring)))
    return np.convolve(train, ring)[:samples].astype(np.float32)


def silence(rng: np.random.Generator, samples: int) -> Sound:
    """Nothing, or dither that nobody hears."""
    level = 0.0 if rng.random() < 0.3 else 10 ** (-rng.uniform(60, 96) / 20)
    return (level * rng.standard_normal(samples)).astype(np.float32)


def beeps(rng: np.random.Generator, samples: int) -> Sound:
    """Signals of machines: one or two tones on and off."""
    times = np.arange(samples) / RATE
    tones = (
        np.sign(np.sin(2 * np.pi * rng.uniform(300, 3000) * times))
        if rng.random() < 0.3
        else np.sin(2 * np.pi * rng.uniform(300, 3000) * times)
    )
    return (tones * ((times * rng.uniform(0.4, 3)) % 1 < rng.uniform(0.1, 0.6))).astype(np.float32)


MADE: dict[str, Make] = {
    "coloured": coloured, "rain": rain, "engine": engine, "hum": hum, "clicks": clicks,
    "silence": silence, "beeps": beeps,
}  # fmt: skip


def recordings(unpacked: Path) -> list[tuple[str, str, list[Path]]]:
    """Package, licence and files of every folder that is there."""
    found = []
    for package, pattern, licence in FOLDERS:
        files = [
            f for folder in (unpacked / package).glob(pattern) for f in sorted(folder.rglob("*"))
        ]
        files = [f for f in files if f.suffix in SUFFIXES and "_desc" not in f.name]
        files = [f for f in files if not any(word in str(f).lower() for word in MUSICAL)]
        if files:
            found.append((package, licence, files))
    return found


def scene(files: list[Path], rng: np.random.Generator) -> Sound:
    """A few recordings, each once or again and again, with breaks."""
    total = np.zeros(int(LENGTH_S * RATE), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        try:
            sound = decode(files[rng.integers(len(files))])
        except av.error.FFmpegError:
            continue
        sound = sound / max(1e-3, np.abs(sound).max(initial=0)) * np.float32(rng.uniform(0.3, 1))
        gap = np.zeros(int(rng.exponential(0.6) * RATE), np.float32)
        again = np.concatenate([sound, gap]) if len(sound) else total
        start = int(rng.integers(0, max(1, len(again))))
        total += np.resize(np.roll(again, start), len(total))
    return total


def add_noises(pool: Path, unpacked: Path, count: int) -> None:
    """Add `count` clips of every synthetic kind, and three times as many of every folder."""
    writer, folders = Writer(pool), recordings(unpacked)
    for number in range(count):
        for place, (kind, make) in enumerate(MADE.items()):
            rng = np.random.default_rng([13, number, place])
            if not writer.has(name := f"{kind}-{number:03d}"):
                sound = make(rng, int(LENGTH_S * RATE))
                if kind not in ("silence", "coloured") and rng.random() < 0.5:
                    sound = room(sound, rng)
                sound = sound if kind == "silence" else levelled(sound, rng)
                writer.add(
                    name, sound, source="synthesis", kind="noise", licence="CC0", rules=RULES
                )
        for place, (package, licence, files) in enumerate(folders):
            for take in range(3):
                rng = np.random.default_rng([14, number, place, take])
                if not writer.has(name := f"scene-{place:02d}-{number:03d}-{take}"):
                    sound = scene(files, rng)
                    if rng.random() < 0.4:
                        sound = sound + rng.uniform(0.05, 0.5) * coloured(rng, len(sound))
                    writer.add(name, levelled(room(sound, rng), rng), source=package, kind="noise",
                               licence=licence, rules=RULES)  # fmt: skip
