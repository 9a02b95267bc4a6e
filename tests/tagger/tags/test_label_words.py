"""A network's labels are shown in people's words, each apart from the others."""

from __future__ import annotations

from django.utils import translation

from ml.config import LABEL_NAMES, LABELS
from tagger.tags.label_words import label_words

GUITARS = ["guitar", "million-song: guitar"]


def test_the_vocabulary_is_named_only_where_both_say_the_same() -> None:
    assert list(label_words(GUITARS).values()) == ["guitar", "guitar (Million Song)"]
    assert list(label_words(GUITARS[1:]).values()) == ["guitar"]


def test_a_synonym_names_what_it_is_shown_as_too() -> None:
    words = label_words(["woman", "million-song: female vocalist", "million-song: Mellow"])
    assert list(words.values()) == [
        "female vocals (woman)",
        "female vocals (female vocalist)",
        "mellow",
    ]


def test_no_two_labels_read_alike_in_either_language_and_none_shows_a_raw_name() -> None:
    names = [label.name for label in LABELS]
    for language in ("en", "de"):
        with translation.override(language):
            for some in (names, LABEL_NAMES):
                words = label_words(some)
                assert len(set(words.values())) == len(some)
                assert not any(":" in text for text in words.values())


def test_words_are_in_the_readers_language_and_own_tags_stay() -> None:
    with translation.override("de"):
        assert label_words(["guitar", "woman", "Grandpa's favourites"]) == {
            "guitar": "Gitarre",
            "woman": "Frauenstimme (woman)",
            "Grandpa's favourites": "Grandpa's favourites",
        }
