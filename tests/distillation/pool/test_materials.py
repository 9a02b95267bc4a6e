"""Which packages the pool needs, and where songs are cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from distillation.pool.materials import read_materials
from distillation.pool.melodies import read_melodies
from distillation.pool.music import LENGTH_S, starts
from distillation.pool.noises import FOLDERS
from distillation.pool.rendering import SOUND_FONTS
from distillation.pool.speakers import SOURCES
from distillation.songs import Song


def test_every_package_that_a_step_reads_is_fetched_and_says_its_licences() -> None:
    materials = {material.package: material for material in read_materials()}
    assert all(material.licences for material in materials.values())
    for packages, use in (
        ({source.package for source in SOURCES}, "speech"),
        ({package for package, _ in FOLDERS}, "noise"),
        ({font.package for font in SOUND_FONTS}, "sound font"),
    ):
        assert packages == {name for name, each in materials.items() if use in each.use}


def test_speakers_have_names_of_their_own() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)


def test_a_song_is_cut_in_all_its_parts_and_always_in_the_same() -> None:
    song = Song("pingus-data", "pingus-data/a.ogg", 120.0)
    found = starts(song, 4)
    assert found == starts(song, 4)
    assert found != starts(song._replace(path="pingus-data/b.ogg"), 4)
    assert np.diff(found).min() > 0
    assert found[0] >= 1
    assert found[-1] + LENGTH_S <= 119


def test_notes_come_back_as_they_were_written(tmp_path: Path) -> None:
    table = tmp_path / "melodies.json"
    table.write_text('{"lines": [[[0, 1.5, [60]], [1.5, 1, []]]], "chorales": [[[[0, 4, [48]]]]]}')
    melodies = read_melodies(table)
    assert [note.keys for note in melodies.lines[0]] == [[60], []]
    assert melodies.chorales[0][0][0].beats == 4
