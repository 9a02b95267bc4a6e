from __future__ import annotations

from ml.config.labels import (
    LABEL_NAMES,
    LABELS,
    MAGNATAGATUNE,
    MILLION_SONG,
    MILLION_SONG_PREFIX,
)


def bare(name: str) -> str:
    return name.removeprefix(MILLION_SONG_PREFIX)


def test_each_vocabulary_has_fifty_labels_and_no_name_is_there_twice() -> None:
    assert len(MAGNATAGATUNE) == len(MILLION_SONG) == 50
    assert len({label.name for label in LABELS}) == 100


def test_magnatagatunes_are_in_alphabetical_order() -> None:
    assert list(LABEL_NAMES) == sorted(LABEL_NAMES)


def test_tags_that_both_vocabularies_have_are_shown_as_one() -> None:
    shown = {label.name: label.shown_as for label in LABELS}
    both = {label.name for label in MAGNATAGATUNE} & {bare(label.name) for label in MILLION_SONG}
    assert {"rock", "pop", "metal", "country", "guitar"} <= both
    assert all(shown[name] == shown[MILLION_SONG_PREFIX + name] for name in both)
    assert shown["million-song: female vocalists"] == shown["woman"] == "female vocals"


def test_only_true_synonyms_share_a_name() -> None:
    shown = {label.name: label.shown_as for label in MAGNATAGATUNE}
    assert shown["vocal"] == shown["voice"] == "vocals"
    assert shown["singing"] == "singing"
    assert shown["no voice"] == shown["no vocals"]
    assert len(set(shown.values())) == 37


def test_synonyms_belong_to_one_group() -> None:
    groups: dict[str, set[str]] = {}
    for label in LABELS:
        groups.setdefault(label.shown_as, set()).add(label.group)
    assert all(len(names) == 1 for names in groups.values())
