from __future__ import annotations

from ml.config.labels import LABEL_NAMES, LABELS


def test_there_are_fifty_labels_in_alphabetical_order() -> None:
    assert len(set(LABEL_NAMES)) == 50
    assert list(LABEL_NAMES) == sorted(LABEL_NAMES)


def test_only_true_synonyms_share_a_name() -> None:
    shown = {label.name: label.shown_as for label in LABELS}
    assert shown["vocal"] == shown["voice"] == "vocals"
    assert shown["singing"] == "singing"
    assert shown["no voice"] == shown["no vocals"]
    assert len(set(shown.values())) == 37


def test_synonyms_belong_to_one_group() -> None:
    groups: dict[str, set[str]] = {}
    for label in LABELS:
        groups.setdefault(label.shown_as, set()).add(label.group)
    assert all(len(names) == 1 for names in groups.values())
