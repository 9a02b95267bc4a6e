"""What is played when. Four bars of A minor, over and over, in four different lights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import drums
from .instruments import Instrument, bass, flute, guitar, piano, strings, synth

BPM = 96.0
BEAT = 60 / BPM
BAR = 4 * BEAT
BARS = 24

# Root, then the triad in the middle of the keyboard: Am, F, C, G.
_CHORDS = ((45, (57, 60, 64)), (41, (57, 60, 65)), (48, (55, 60, 64)), (43, (55, 59, 62)))
# Beat within the four bars, length in beats, note.
_MELODY = (
    *((0, 1.5, 76), (1.5, 0.5, 74), (2, 1, 72), (3, 1, 69)),
    *((4, 1.5, 72), (5.5, 0.5, 74), (6, 2, 77)),
    *((8, 1, 76), (9, 0.5, 79), (9.5, 0.5, 76), (10, 2, 72)),
    *((12, 1.5, 74), (13.5, 0.5, 71), (14, 2, 67)),
)


@dataclass(frozen=True)
class Event:
    """The second it begins at, what makes the sound of what, how loud, and from where.

    -1 is left, 1 is right.
    """

    start: float
    sound: tuple[Any, ...]
    level: float
    pan: float = 0.0


def song() -> Iterator[Event]:
    """A quiet beginning, a band, a dance, and the quiet again."""
    for bar in range(BARS - 1):
        part = bar * 4 // BARS
        yield from (_morning, _band, _dance, _evening)[part](bar)
    yield from _last_chord(BARS - 1)


def _morning(bar: int) -> Iterator[Event]:
    yield from _arpeggio(bar)
    yield from _pad(bar, 0.5)
    if bar >= 4:
        yield from _tune(bar, flute, 0.4)


def _band(bar: int) -> Iterator[Event]:
    yield from _strum(bar)
    yield from _walk(bar)
    yield from _beat(bar, dance=False)
    yield from _tune(bar, piano, 0.5)


def _dance(bar: int) -> Iterator[Event]:
    yield from _beat(bar, dance=True)
    yield from _walk(bar)
    root, triad = _chord(bar)
    notes = [note + 12 for note in (*triad, triad[1])]
    for step in range(16):
        note = notes[step % 4] + (12 if step % 8 >= 6 else 0)
        where = 0.5 if step % 2 else -0.5
        yield Event(bar * BAR + step * BEAT / 4, (synth, note, BEAT / 4), 0.3, where)
    yield Event(bar * BAR, (synth, root + 12, BAR), 0.25)


def _evening(bar: int) -> Iterator[Event]:
    yield from _arpeggio(bar)
    yield from _pad(bar, 0.7)
    yield from _tune(bar, strings, 0.6)


def _last_chord(bar: int) -> Iterator[Event]:
    for place, note in enumerate((45, 57, 60, 64, 69, 76)):
        yield Event(bar * BAR + place * 0.09, (piano, note, BAR), 0.35, place / 10 - 0.25)


def _chord(bar: int) -> tuple[int, tuple[int, ...]]:
    return _CHORDS[bar % 4]


def _arpeggio(bar: int) -> Iterator[Event]:
    root, (low, middle, high) = _chord(bar)
    for step, note in enumerate((root, low, middle, high, middle + 12, high, middle, low)):
        yield Event(bar * BAR + step * BEAT / 2, (piano, note, BEAT), 0.4, -0.25)


def _pad(bar: int, level: float) -> Iterator[Event]:
    for place, note in enumerate(_chord(bar)[1]):
        yield Event(bar * BAR, (strings, note, BAR), level * 0.6, place / 2 - 0.5)


def _strum(bar: int) -> Iterator[Event]:
    root, triad = _chord(bar)
    for beat in (0, 1, 1.5, 2.5, 3):
        for place, note in enumerate((root + 12, *triad)):
            start = bar * BAR + beat * BEAT + place * 0.012
            yield Event(start, (guitar, note, BEAT), 0.22, 0.35)


def _walk(bar: int) -> Iterator[Event]:
    root = _chord(bar)[0]
    for beat, note in ((0, root), (1.5, root), (2, root + 7), (3, root + 12), (3.5, root + 7)):
        yield Event(bar * BAR + beat * BEAT, (bass, note - 12, BEAT / 2), 0.6)


def _beat(bar: int, *, dance: bool) -> Iterator[Event]:
    start = bar * BAR
    for beat in range(4):
        if dance or beat in (0, 2):
            yield Event(start + beat * BEAT, (drums.kick,), 0.75)
        if beat in (1, 3):
            yield Event(start + beat * BEAT, (drums.snare,), 0.5)
        yield Event(start + beat * BEAT, (drums.hat,), 0.6, 0.2)
        yield Event(
            start + (beat + 0.5) * BEAT, (drums.open_hat if dance else drums.hat,), 0.6, 0.2
        )


def _tune(bar: int, play: Instrument, level: float) -> Iterator[Event]:
    for beat, length, note in _MELODY:
        if bar % 4 == int(beat) // 4:
            start = (bar - bar % 4) * BAR + beat * BEAT
            yield Event(start, (play, note, length * BEAT), level, 0.15)
