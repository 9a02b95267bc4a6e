"""Notes to sound: General MIDI sound fonts, played by TinySoundFont."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soxr

from distillation.clips import Sound
from distillation.labelling import RATE

from .store import Origin

# Rendered at this rate, and resampled: TinySoundFont itself resamples without a filter.
RENDER_RATE = 32_000
DRUMS, DRUM_BANK = 9, 128
# Chords of loud programs would clip.
GAIN_DB = -6.0


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
        import tinysoundfont

        self.origin = Origin(font.package, font.licence)
        self._synth = tinysoundfont.Synth(samplerate=RENDER_RATE, gain=GAIN_DB)
        self._font = self._synth.sfload(str(unpacked / font.package / font.path))

    def play(self, events: list[Event], programs: Mapping[int, int], seconds: float) -> Sound:
        """`events` as sound at 16 kHz, mono; `programs`: channel → General MIDI program from 0."""
        self._synth.sounds_off()
        for channel, program in programs.items():
            drums = channel == DRUMS
            bank = DRUM_BANK if drums else 0
            self._synth.program_select(channel, self._font, bank, program, drums)
        end, now, parts = round(seconds * RENDER_RATE), 0, []
        for moment_s, begins, event in moments(events):
            at = min(round(moment_s * RENDER_RATE), end)
            if at > now:
                parts.append(self._generate(at - now))
                now = at
            if begins:
                self._synth.noteon(event.channel, event.key, event.strength)
            else:
                self._synth.noteoff(event.channel, event.key)
        parts.append(self._generate(end - now))
        sound: Sound = soxr.resample(np.concatenate(parts), RENDER_RATE, RATE)
        return sound

    def _generate(self, samples: int) -> Sound:
        stereo = np.frombuffer(bytes(self._synth.generate(samples)), np.float32)
        mono: Sound = stereo.reshape(-1, 2).mean(1)
        return mono


def players(unpacked: Path) -> list[Player]:
    return [Player(unpacked, font) for font in SOUND_FONTS]


def moments(events: list[Event]) -> list[tuple[float, bool, Event]]:
    """Every note's beginning and end in their order; ends before beginnings."""
    found = [(event.start_s, True, event) for event in events]
    found += [(event.start_s + event.length_s, False, event) for event in events]
    return sorted(found, key=lambda moment: moment[:2])
