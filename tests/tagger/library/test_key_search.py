from __future__ import annotations

import pytest

from tagger.library.search import compatible
from tagger.models.music_key import MusicKey


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("C", {"C", "Am", "G", "F"}),
        ("F#", {"F#", "Ebm", "Db", "B"}),
        ("F", {"F", "Dm", "C", "Bb"}),
        ("Am", {"Am", "C", "Em", "Dm"}),
        ("Dm", {"Dm", "F", "Am", "Gm"}),
    ],
)
def test_neighbours_on_the_circle_of_fifths_go_together(key: str, near: set[str]) -> None:
    assert compatible(key) == near


def test_every_key_has_three_others_and_each_is_mutual() -> None:
    for key in MusicKey.values:
        assert len(compatible(key)) == 4
        assert all(key in compatible(other) for other in compatible(key))
