"""Which clips belong together."""

from __future__ import annotations

from dataclasses import replace

from ml.data.clusters import clusters, sources_of, track_of
from ml.data.concat import concat_splits
from tests.ml.training.training_data import make_split

CUT = "f/artist-the_album-03-a_song-30-59.mp3"
LATER = "f/artist-the_album-03-a_song-59-88.mp3"
OTHER = "f/artist-the_album-04-another-0-29.mp3"


def test_clips_cut_from_one_track_are_known_by_their_names() -> None:
    assert track_of(CUT) == track_of(LATER) != track_of(OTHER)
    assert track_of("3f2b1c9a-uuid") == "3f2b1c9a-uuid"


def test_sources_are_those_of_the_data_set_else_albums() -> None:
    split = replace(make_split("test", 4), paths=[CUT, LATER, OTHER, "whole"])
    assert sources_of(split) == ["artist-the_album"] * 3 + ["whole"]
    named = replace(split, sources=["game", "", "", "game"])
    assert sources_of(named) == ["game", "artist-the_album", "artist-the_album", "game"]


def test_sources_count_where_there_are_enough_of_them_else_tracks() -> None:
    few = replace(make_split("test", 12), sources=["one", "two"] * 6)
    assert clusters(few).unit == "track"
    assert clusters(few).count == len(set(few.paths))
    many = replace(few, sources=[f"source {k}" for k in range(12)])
    assert (clusters(many).unit, clusters(many).count) == ("source", 12)


def test_concatenated_splits_keep_what_each_says() -> None:
    named = replace(make_split("test", 2), sources=["game", "game"])
    both = concat_splits([named, make_split("test", 2)], named.tags)
    assert both.sources == ["game", "game", "", ""]
