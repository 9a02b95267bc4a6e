from __future__ import annotations

import random
import sys
import unicodedata

import icu
import pytest

from tagger.platform.collation import LONGEST_KEY, folded, sort_key


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Antonín Dvořák", "dvorak"),
        ("Antonin Dvorak", "DVOŘÁK"),
        ("Große Straße", "strasse"),
        ("GROSSE STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("İstanbul", "İSTANBUL"),
        ("Kap\u0131", "KAPI"),
        ("ΟΔΟΣ", "οδος"),
        ("οδός", "ΟΔΟΣ"),
        ("Dvor\u030ca\u0301k", "Dvořák"),
        ("Dvořák", "Dvor\u030ca\u0301k"),
        ("Røyksopp", "royksopp"),
        ("Łódź", "lodz"),
        ("Ænima", "aenima"),
        ("Don’t Stop", "don't"),
        ("Part — two", "part - two"),
        ("\uff26\uff55\uff4c\uff4c\u3000\uff12", "full 2"),
        ("so\u00adft\u200bly", "softly"),
        ("ёлка", "ЕЛКА"),
        ("שָׁלוֹם", "שלום"),
        ("…and justice", "...and"),
    ],
)
def test_what_is_meant_is_found(text: str, search: str) -> None:
    assert folded(search) in folded(text)


@pytest.mark.parametrize(
    ("one", "other"), [("がき", "かき"), ("कि", "कु"), ("ที่", "ที"), ("한", "하"), ("a", "ä b")]
)
def test_signs_that_make_another_word_are_kept(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.slow
def test_folding_twice_changes_no_letter_further() -> None:
    letters = [chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n <= 0xDFFF]
    assert [letter for letter in letters if folded(folded(letter)) != folded(letter)] == []


def test_letters_fold_alike_in_either_case_and_composed_or_not() -> None:
    letters = [chr(n) for n in range(0x3000)]
    forms = (str.upper, str.lower, str.title, lambda one: unicodedata.normalize("NFD", one))
    assert [one for one in letters if any(folded(form(one)) != folded(one) for form in forms)] == []


def test_titles_stand_in_reading_order_with_numbers_by_their_value() -> None:
    ordered = [
        *("(Intro)", "2 Step", "03 Bonnie", "10 Years", "Arger", "Ärger", "Az", "eclair"),
        *("Éclair", "Lodz", "Łódź", "Øre", "os", "Strasse", "Straße", "Track 2", "track 2b"),
        *("Track 10", "Zebra", "ΟΔΟΣ", "Йод", "夜"),
    ]
    assert sorted(random.sample(ordered, len(ordered)), key=sort_key) == ordered


def test_a_key_has_a_place_in_an_index() -> None:
    assert len(sort_key("夜" * 255)) == LONGEST_KEY


def test_stored_keys_were_made_with_this_version_of_icu() -> None:
    """Another needs a migration that makes the keys of all tracks anew, as 0034 does."""
    assert icu.ICU_VERSION == "76.1"
