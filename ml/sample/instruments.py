"""Instruments by arithmetic: each plays a MIDI note for some seconds as mono float32 `(time,)`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Sound = NDArray[np.float32]
Instrument = Callable[[int, float], Sound]

_TOP = 9_000.0  # Hz; partials above would only hiss


def hertz(note: int) -> float:
    """69 is the A of 440 Hz."""
    return float(440 * 2 ** ((note - 69) / 12))


def piano(note: int, seconds: float) -> Sound:
    """Stiff strings: partials slightly sharp, the higher the sooner gone."""
    time = _time(seconds + 0.6)
    wave = np.zeros_like(time)
    for partial in range(1, 11):
        pitch = hertz(note) * partial * np.sqrt(1 + 0.0004 * partial**2)
        if pitch < _TOP:
            fade = np.exp(-time * (1.1 + 0.7 * partial))
            wave += np.sin(2 * np.pi * pitch * time) * fade / partial**1.3
    return _shaped(0.5 * wave, attack=0.004, release=0.25)


def guitar(note: int, seconds: float) -> Sound:
    """A plucked string (Karplus and Strong, 1983), one period after another."""
    period = round(RATE / hertz(note))
    string = np.random.default_rng(note).uniform(-1, 1, period)
    string -= string.mean()
    rounds = []
    for _ in range(int(seconds * RATE) // period + 1):
        rounds.append(string)
        string = 0.996 * 0.5 * (string + np.roll(string, 1))
    return _shaped(0.8 * np.concatenate(rounds), attack=0.002, release=0.1)


def bass(note: int, seconds: float) -> Sound:
    time = _time(seconds)
    pitch = hertz(note)
    wave = np.sin(2 * np.pi * pitch * time) + 0.45 * np.sin(4 * np.pi * pitch * time)
    return _shaped(0.6 * wave * np.exp(-1.2 * time), attack=0.006, release=0.05)


def strings(note: int, seconds: float) -> Sound:
    """Three players who are never quite together, with a slow bow."""
    time = _time(seconds + 0.5)
    wave = np.zeros_like(time)
    for player, cents in enumerate((-7, 0, 6)):
        vibrato = 0.12 * np.sin(2 * np.pi * (4.7 + 0.3 * player) * time + player)
        phase = 2 * np.pi * hertz(note) * 2 ** (cents / 1200) * time + vibrato
        for partial in range(1, 9):
            if hertz(note) * partial < _TOP / 2:
                wave += np.sin(partial * phase) / partial**1.4
    return _shaped(0.16 * wave, attack=0.35, release=0.5)


def flute(note: int, seconds: float) -> Sound:
    time = _time(seconds)
    vibrato = 0.25 * np.minimum(time * 2, 1) * np.sin(2 * np.pi * 5.2 * time)
    phase = 2 * np.pi * hertz(note) * time + vibrato
    breath = np.random.default_rng(note).normal(size=len(time)) * 0.015
    wave = np.sin(phase) + 0.28 * np.sin(2 * phase) + 0.08 * np.sin(3 * phase) + breath
    return _shaped(0.4 * wave, attack=0.06, release=0.09)


def synth(note: int, seconds: float) -> Sound:
    """Odd partials, closing like a filter."""
    time = _time(seconds)
    wave = np.zeros_like(time)
    for partial in range(1, 14, 2):
        if hertz(note) * partial < _TOP:
            fade = np.exp(-time * 1.3 * partial)
            wave += np.sin(2 * np.pi * hertz(note) * partial * time) * fade / partial
    return _shaped(0.5 * wave, attack=0.003, release=0.04)


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def _shaped(wave: NDArray[np.float64], *, attack: float, release: float) -> Sound:
    """Without clicks at either end."""
    rise, fall = round(attack * RATE), round(release * RATE)
    shape = np.ones(len(wave))
    shape[:rise] = np.linspace(0, 1, len(shape[:rise]))
    shape[-fall:] *= np.linspace(1, 0, len(shape[-fall:]))
    return (wave * shape).astype(np.float32)
