"""Songs are cut into clips, and one that cannot be read costs no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distillation.packages import read_packages
from distillation.pool.music import LENGTH_S, add_music
from distillation.pool.store import read_pool
from tests.audio_factory import write


def test_a_song_that_cannot_be_read_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = read_packages()[0].name
    (tmp_path / package).mkdir()
    seconds = 3 * LENGTH_S
    noise = np.random.default_rng(0).standard_normal((1, round(seconds * 16_000))) / 9
    (tmp_path / package / "broken.it").write_bytes(b"IMPM")
    write(tmp_path / package / "song.wav", noise.astype(np.float32), 16_000)
    songs = tmp_path / "songs.tsv"
    lines = [f"{package}\t{package}/{name}\t{seconds}" for name in ("broken.it", "song.wav")]
    songs.write_text("\n".join(lines))
    add_music(tmp_path / "pool", tmp_path, songs)
    clips = read_pool(tmp_path / "pool")
    assert {clip.id.rsplit("-", 1)[0] for clip in clips} == {f"music-{package}-song"}
    assert f"left out: {package}/broken.it" in capsys.readouterr().out
