"""Sounds of no music that are made: weather, machines, animals, water, a crowd."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, lfilter

from distillation.clips import Sound
from distillation.labelling import RATE

SAMPLES = round(8.1 * RATE)
# A voice's first three formants: the lowest and highest hertz, and how sharp.
FORMANTS = ((250, 850, 6), (800, 2300, 9), (2200, 3200, 10))

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
    return peak_one(dull(pulses + hiss, rng.uniform(300, 3000)))


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
    tone = np.sin(2 * np.pi * rng.uniform(300, 3000) * _TIMES)
    tone = np.sign(tone) if rng.random() < 0.3 else tone
    return peak_one(tone * ((_TIMES * rng.uniform(0.4, 3)) % 1 < rng.uniform(0.1, 0.6)))


def howl(rng: np.random.Generator) -> Sound:
    """Narrow bands of noise that wander: storms, the deep, a submarine."""
    total = 0.15 * rng.random() * wind(rng).astype(np.float64)
    for _ in range(rng.integers(1, 5)):
        hertz = between(rng, 70, 1400) * 2 ** (rng.uniform(0, 1.5) * (2 * _wander(rng, 0.7) - 1))
        low_pass = butter(2, max(2.0, hertz.mean() / rng.uniform(8, 80)), fs=RATE)
        sides = [lfilter(*low_pass, rng.standard_normal(SAMPLES)) for _ in range(2)]
        band = (sides[0] + 1j * sides[1]) * np.exp(1j * _phase(hertz))
        loud = rng.uniform(0.2, 1) * (0.3 + 0.7 * _wander(rng, 0.7))
        total += loud * band.real / np.abs(band).max()
    return peak_one(total)


def turbine(rng: np.random.Generator) -> Sound:
    """Roaring and steady tones that beat: aeroplanes, ships, machines."""
    roar = dull(rng.standard_normal(SAMPLES), between(rng, 80, 3000))
    total = rng.uniform(0.2, 1) * roar / np.abs(roar).max()
    for _ in range(rng.integers(1, 7)):
        phase = _phase(between(rng, 30, 1200) * (1 + 0.01 * _wander(rng, 0.5)))
        beat = 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.1, 9) * _TIMES)
        tones = sum(
            rng.exponential(1 / k) * np.sin(k * phase) for k in range(1, rng.integers(2, 9))
        )
        total += rng.uniform(0.02, 0.4) * (1 - rng.uniform(0, 1) * beat) * tones
    return peak_one(dull(total, between(rng, 300, 7000)))


def calls(rng: np.random.Generator) -> Sound:
    """An animal that calls again and again: gulls, whales, cattle."""
    total, at = np.zeros(SAMPLES), rng.uniform(0, 1)
    hertz, glide, parts = between(rng, 60, 3000), rng.uniform(0.1, 1.6), int(rng.integers(1, 14))
    seconds, rough = rng.uniform(0.08, 2.2), rng.uniform(0, 0.6)
    while at < SAMPLES / RATE - 0.1:
        count = round(seconds * rng.uniform(0.6, 1.5) * RATE)
        one = _call(rng, hertz * 2 ** (glide * _bend(rng, count)), parts, rough)
        start = round(at * RATE)
        total[start : start + count] += rng.uniform(0.3, 1) * one[: SAMPLES - start]
        at += count / RATE * rng.uniform(0.3, 1) + rng.exponential(0.6)
    return peak_one(peak_one(total) + rng.uniform(0, 0.3) * wind(rng))


def _bend(rng: np.random.Generator, count: int) -> Floats:
    """A call's course between 0 and 1: up, down, up and down, anyhow."""
    course = np.linspace(0, 1, count)
    anyhow = np.cumsum(rng.standard_normal(count)) / np.sqrt(count)
    bends = (course, 1 - course, np.sin(np.pi * course), anyhow)
    trill = 0.05 * rng.random() * np.sin(np.cumsum(np.full(count, rng.uniform(25, 250) / RATE)))
    return np.asarray(bends[rng.integers(4)] + trill)


def _call(rng: np.random.Generator, hertz: Floats, parts: int, rough: float) -> Floats:
    heard = (k for k in range(1, parts + 1) if k == 1 or k * hertz.max() < RATE / 2)
    voice = sum(rng.exponential(k**-0.5) * np.sin(k * _phase(hertz)) for k in heard)
    voice = voice + rough * np.abs(voice).max() * rng.standard_normal(len(hertz)) / 2
    course = np.linspace(0, 1, len(hertz))
    return np.asarray(voice * np.sin(np.pi * course ** rng.uniform(0.3, 2)) ** rng.uniform(0.5, 2))


def insects(rng: np.random.Generator) -> Sound:
    """High tones that pulse, now and then: crickets, cicadas, a night."""
    total = rng.uniform(0, 0.3) * wind(rng).astype(np.float64)
    for _ in range(rng.integers(1, 9)):
        pulses = np.sin(2 * np.pi * rng.uniform(4, 80) * _TIMES) > rng.uniform(-0.8, 0.8)
        turns = 2 * np.pi * rng.uniform(0.2, 3) * _TIMES + rng.uniform(0, 6)
        gate = dull((pulses & (np.sin(turns) > rng.uniform(-1, 0.6))).astype(np.float64), 200)
        hertz = rng.uniform(1500, 7500) * (1 + 0.02 * _wander(rng, 1))
        total += rng.exponential(0.3) * np.sin(_phase(hertz)) * gate
    return peak_one(total)


def water(rng: np.random.Generator) -> Sound:
    """Bubbles: short tones that rise and die; often dull, as under water."""
    total = np.zeros(SAMPLES)
    for _ in range(int(rng.uniform(20, 900))):
        seconds = rng.uniform(0.005, 0.12)
        times = np.arange(round(seconds * RATE)) / RATE
        hertz = between(rng, 150, 3500) * (1 + rng.uniform(-0.5, 4) * times)
        start = rng.integers(0, SAMPLES - len(times))
        bubble = np.sin(2 * np.pi * hertz * times) * np.exp(-4 * times / seconds)
        total[start : start + len(times)] += rng.exponential(1) * bubble
    total = peak_one(total) + rng.uniform(0, 1) * wind(rng)
    return peak_one(dull(total, between(rng, 250, 6000)))


def murmur(rng: np.random.Generator) -> Sound:
    """Five to twenty-five who speak at once, and nobody understood: a crowd."""
    total = np.sum([_speaker(rng) for _ in range(rng.integers(5, 26))], axis=0)
    return peak_one(
        peak_one(dull(total, between(rng, 1200, 7000))) + rng.uniform(0, 0.3) * wind(rng)
    )


def _speaker(rng: np.random.Generator) -> Floats:
    """A buzz through formants that change, with pauses."""
    hertz = between(rng, 85, 280) * 2 ** (0.5 * (_wander(rng, 2.5) - 0.5))
    buzz = np.diff(np.floor(_phase(hertz) / (2 * np.pi)), prepend=0)
    buzz = buzz + rng.uniform(0, 0.15) * rng.standard_normal(SAMPLES)
    size, spoken = rng.uniform(0.85, 1.25), np.zeros(SAMPLES)
    for lowest, highest, sharp in FORMANTS:
        vowel = _wander(rng, 4.5)
        for share in (vowel, 1 - vowel):
            middle = size * rng.uniform(lowest, highest)
            ends = [middle * (1 - 0.5 / sharp), middle * (1 + 0.5 / sharp)]
            spoken += share * lfilter(*butter(1, ends, "band", fs=RATE), buzz)
    talks = (_wander(rng, 4) > rng.uniform(0.2, 0.5)) & (_wander(rng, 0.6) > rng.uniform(0, 0.4))
    gate = dull(talks.astype(np.float64), 12)
    return np.asarray(rng.uniform(0.2, 1) * gate * spoken / np.abs(spoken).max())


_TIMES = np.arange(SAMPLES) / RATE


def between(rng: np.random.Generator, lowest: float, highest: float) -> float:
    """As likely in every octave."""
    return float(np.exp(rng.uniform(np.log(lowest), np.log(highest))))


def _wander(rng: np.random.Generator, turns_s: float) -> Floats:
    """A line between 0 and 1 that goes somewhere else so often a second."""
    count = round(SAMPLES / RATE * turns_s) + 3
    return np.interp(np.linspace(0, count - 1, SAMPLES), np.arange(count), rng.random(count))


def _phase(hertz: Floats) -> Floats:
    return np.asarray(2 * np.pi * np.cumsum(hertz) / RATE)


def dull(sound: Floats | Sound, hertz: float) -> Floats:
    """Without what lies above."""
    return np.asarray(lfilter(*butter(2, hertz, fs=RATE), sound))


MADE: dict[str, Callable[[np.random.Generator], Sound]] = {
    "wind": wind, "rain": rain, "engine": engine, "hum": hum, "clicks": clicks, "beeps": beeps,
    "howl": howl, "turbine": turbine, "calls": calls, "insects": insects, "water": water,
    "murmur": murmur,
}  # fmt: skip
