"""Songs of the validation and test splits are not trained on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from distillation import songs
from distillation.packages import Package, held_out_packages, join_guitars, open_archives
from distillation.songs import HeldOut, list_songs, plain, read_songs

BIG = 200_000


def put(path: Path, content: str, size: int = BIG) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode().ljust(size, b"\0"))
    return path


@pytest.fixture
def standin(tmp_path: Path) -> Path:
    """Trains on old-game, tests on other-game and on a collection that is no package."""
    folder = tmp_path / "standin"
    folder.mkdir()
    (folder / "sources.tsv").write_text(
        "source\tclips\tfrom\tlicences_named\n"
        "old-game\t1\tDebian package old-game\tMIT\n"
        "other-game\t1\tDebian package other-game\tMIT\n"
        "singers\t1\tsomewhere else\tMIT\n"
    )
    (folder / "clips.tsv").write_text(
        "clip_id\tmp3_path\tsource\tkind\tinstrument\toffset_s\n"
        "1\tb/one.mp3\told-game\trecorded\t\t0\n"
        "2\tc/two.mp3\tother-game\trecorded\t\t0\n"
        "3\tf/three.mp3\tsingers\trecorded\t\t0\n"
    )
    return folder


def test_a_package_of_validation_or_test_is_held_out(standin: Path) -> None:
    assert held_out_packages(standin) == ["other-game"]


def test_a_held_out_song_is_known_by_its_name_and_by_its_content(tmp_path: Path) -> None:
    put(tmp_path / "other" / "Dark_Wood.ogg", "wood")
    known = HeldOut([tmp_path / "other"])
    assert known.has(put(tmp_path / "own" / "dark-wood.mp3", "encoded anew"))
    assert known.has(put(tmp_path / "own" / "renamed.ogg", "wood"))
    assert not known.has(put(tmp_path / "own" / "meadow.ogg", "meadow"))


def test_a_name_that_says_nothing_holds_nobody_out(tmp_path: Path) -> None:
    put(tmp_path / "other" / "theme.ogg", "one")
    put(tmp_path / "other" / "click.ogg", "a noise", size=1000)
    known = HeldOut([tmp_path / "other"])
    assert not known.has(put(tmp_path / "own" / "theme.ogg", "two"))
    assert not known.has(put(tmp_path / "own" / "click.ogg", "a song"))


def test_songs_are_listed_once_and_held_out_ones_never(
    standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = [Package("old-game", "known-train", "MIT"), Package("new-game", "new", "MIT")]
    monkeypatch.setattr(songs, "read_packages", lambda: packages)
    monkeypatch.setattr(songs, "duration", lambda path: 5.0 if "short" in path.name else 60.0)
    put(tmp_path / "old-game" / "a.ogg", "a")
    put(tmp_path / "new-game" / "again.ogg", "a")
    put(tmp_path / "new-game" / "short.ogg", "short")
    put(tmp_path / "new-game" / "speech" / "hello.ogg", "hello")
    put(tmp_path / "new-game" / "tune.xm", "notes", size=10)
    put(tmp_path / "new-game" / "forest.ogg", "forest")
    put(tmp_path / "other-game" / "Forest.ogg", "another forest")
    list_songs(standin, tmp_path, tmp_path / "songs.tsv")
    listed = [(song.package, song.path) for song in read_songs(tmp_path / "songs.tsv")]
    assert listed == [("old-game", "old-game/a.ogg"), ("new-game", "new-game/tune.xm")]


def test_no_song_is_listed_while_a_held_out_package_is_missing(
    standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(songs, "read_packages", lambda: [])
    with pytest.raises(ValueError, match="other-game"):
        list_songs(standin, tmp_path, tmp_path / "songs.tsv")


def test_spelling_is_no_difference() -> None:
    assert plain("x/01 - Dark_Wood.ogg") == plain("y/01darkwood.mp3") == "01darkwood"


def test_songs_inside_an_archive_are_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.pk3", "w") as archive:
        archive.writestr("music/a.ogg", b"a")
        archive.writestr("maps/a.map", b"no sound")
    open_archives(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.ogg"]


def test_a_game_s_word_for_a_guitar_stays_as_it_is(tmp_path: Path) -> None:
    word = put(tmp_path / "sounds/ca/guitar.ogg", "a word")
    join_guitars(tmp_path)
    assert word.exists()
