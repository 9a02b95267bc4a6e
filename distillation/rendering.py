"""Notes to sound: General MIDI sound fonts, played by TinySoundFont."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import soxr
import tinysoundfont

from distillation.clips import Sound
from distillation.labelling import RATE

# Rendered at this rate, and resampled: TinySoundFont itself resamples without a filter.
RENDER_RATE = 32_000
CHANNEL_OF_DRUMS = 9


class Event(NamedTuple):
    """A note of a channel: seconds from the start, seconds long, key and strength from 0 to 127."""

    start_s: float
    length_s: float
    channel: int
    key: int
    strength: int


class SoundFont(NamedTuple):
    """Where a sound font lies in its Debian package, and its licence."""

    package: str
    path: str
    licence: str


SOUND_FONTS = (
    SoundFont("fluid-soundfont-gm", "usr/share/sounds/sf2/FluidR3_GM.sf2", "MIT"),
    SoundFont("timgm6mb-soundfont", "usr/share/sounds/sf2/TimGM6mb.sf2", "GPL-2"),
    SoundFont(
        "musescore-general-soundfont-small",
        "usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
        "MIT",
    ),
)


class Player:
    """One sound font, played again and again."""

    def __init__(self, unpacked: Path, font: SoundFont) -> None:
        self.font = font
        self.synth = tinysoundfont.Synth(samplerate=RENDER_RATE, gain=-6)
        self.number = self.synth.sfload(str(unpacked / font.package / font.path))

    def play(self, events: list[Event], programs: dict[int, int], seconds: float) -> Sound:
        """`events` as sound at 16 kHz, mono; `programs`: channel → General MIDI program from 0."""
        self.synth.sounds_off()
        self.synth.program_select(CHANNEL_OF_DRUMS, self.number, 0, 0, True)
        for channel, program in programs.items():
            bank = 128 if channel == CHANNEL_OF_DRUMS else 0
            self.synth.program_select(channel, self.number, bank, program, bank == 128)
        parts, now = [], 0
        for moment, on, event in moments(events):
            at = min(int(moment * RENDER_RATE), int(seconds * RENDER_RATE))
            if at > now:
                parts.append(self.generate(at - now))
                now = at
            if on:
                self.synth.noteon(event.channel, event.key, event.strength)
            else:
                self.synth.noteoff(event.channel, event.key)
        parts.append(self.generate(int(seconds * RENDER_RATE) - now))
        return soxr.resample(np.concatenate(parts), RENDER_RATE, RATE).astype(np.float32)

    def generate(self, samples: int) -> Sound:
        stereo = np.frombuffer(bytes(self.synth.generate(samples)), np.float32)
        return stereo.reshape(-1, 2).mean(1)


def moments(events: list[Event]) -> list[tuple[float, bool, Event]]:
    """Every note's beginning and end in their order; ends before beginnings."""
    found = [(event.start_s, True, event) for event in events]
    found += [(event.start_s + event.length_s, False, event) for event in events]
    return sorted(found, key=lambda moment: moment[:2])
