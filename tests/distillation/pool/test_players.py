"""Instruments in their range, bands in time."""

from __future__ import annotations

import numpy as np
import pytest

from distillation.pool.genres import (
    DRUM_KEYS,
    STEPS,
    Arrangement,
    Genre,
    hits,
    parse_chord,
    read_genres,
)
from distillation.pool.instruments import Instrument, Performance, read_instruments
from distillation.pool.melodies import Note
from distillation.pool.rendering import DRUMS, Event, moments

GENRES = {genre.name: genre for genre in read_genres()}
LINE = [Note(k / 2, 0.5, [55 + (7 * k) % 24]) for k in range(80)]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_note_ends_before_the_next_begins_at_the_same_moment() -> None:
    first, second = Event(0, 1, 0, 60, 90), Event(1, 1, 0, 60, 90)
    found = [(begins, event) for _, begins, event in moments([second, first])]
    assert found == [(True, first), (False, first), (True, second), (False, second)]


@pytest.mark.parametrize("instrument", read_instruments(), ids=lambda each: each.name)
def test_an_instrument_plays_what_it_can(instrument: Instrument) -> None:
    lowest, highest = instrument.keys
    assert highest - lowest >= 12
    assert all(0 <= program < 128 for program in instrument.programs)
    performance = Performance(instrument, rng())
    for events in (performance.tune(LINE), performance.turn()):
        assert events
        assert all(lowest <= event.key <= highest for event in events)
        assert all(1 <= event.strength <= 127 and event.length_s > 0 for event in events)


def test_no_program_is_two_instruments() -> None:
    programs = [program for each in read_instruments() for program in each.programs]
    assert len(programs) == len(set(programs))


@pytest.mark.parametrize("genre", GENRES.values(), ids=lambda each: each.name)
def test_a_bar_has_sixteen_steps_and_a_chord(genre: Genre) -> None:
    for grid in (*genre.bass, *genre.comp, *(g for drums in genre.drums for g in drums.values())):
        assert len(grid) == STEPS
    assert all(set(drums) <= set(DRUM_KEYS) for drums in genre.drums)
    assert all(parse_chord(name) for turn in genre.chords for name in turn.split())
    assert 0.5 <= genre.swing < 0.75


@pytest.mark.parametrize(
    ("name", "root", "tones"),
    [
        ("Dm7", 2, (0, 3, 7, 10)),
        ("Eb", 3, (0, 4, 7)),
        ("CM7", 0, (0, 4, 7, 11)),
        ("G5", 7, (0, 7, 12)),
    ],
)
def test_a_chord_is_read(name: str, root: int, tones: tuple[int, ...]) -> None:
    assert parse_chord(name) == (root, tones)


def test_what_is_no_chord_is_said() -> None:
    with pytest.raises(ValueError, match="Hm"):
        parse_chord("Hm")


def test_jazz_swings_and_disco_does_not() -> None:
    for name, late in (("jazz", 0.16), ("disco", 0.0)):
        song = Arrangement(GENRES[name], rng())
        beat_s = 4 * song.step_s
        offset = np.mean([song.at(0, 2) / beat_s for _ in range(400)]) - 0.5
        assert offset == pytest.approx(late, abs=0.01)


def test_a_band_plays_from_the_first_second_to_the_last() -> None:
    for genre in GENRES.values():
        events = Arrangement(genre, rng()).events(10.8)
        starts = np.array([event.start_s for event in events])
        assert starts.min() < 1
        assert 8 < starts.max() < 10.8
        drums = {event.key for event in events if event.channel == DRUMS}
        assert drums <= set(DRUM_KEYS.values())


def test_hits_are_where_something_stands() -> None:
    assert hits("x..2") == [(0, "x"), (3, "2")]
