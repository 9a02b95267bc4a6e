"""What is known of a clip goes before what the teachers say."""

from __future__ import annotations

import pytest

from distillation.pool.genres import genre_rules, read_genres
from distillation.pool.instruments import instrument_rules, read_instruments
from distillation.pool.noises import RULES
from distillation.pool.rules import KEYS, Rules, limits
from distillation.pool.voices import mixed_rules, singing_rules, speech_rules

INSTRUMENTS = {each.name: instrument_rules(each) for each in read_instruments()}


def highest(rules: Rules, tag: str) -> float:
    return float(limits(rules).highest[KEYS.index(tag)])


def lowest(rules: Rules, tag: str) -> float:
    return float(limits(rules).lowest[KEYS.index(tag)])


def has_label(rules: Rules, tag: str) -> bool:
    return bool(limits(rules).known[KEYS.index(tag)])


def test_the_rule_for_every_tag_comes_first_wherever_it_stands() -> None:
    found = limits({"flute": (0.9, 1.0), "*": (0.0, 0.05)})
    assert found.lowest[KEYS.index("flute")] == pytest.approx(0.9)
    assert (found.highest == 1).sum() == 1


def test_where_nobody_knows_there_is_no_label() -> None:
    found = limits({"*": (0.0, 0.05), "slow": None})
    assert not found.known[KEYS.index("slow")]
    assert found.known.sum() == len(KEYS) - 1


def test_the_two_vocabularies_keep_their_own_rock() -> None:
    found = limits({"msd:rock": (0.6, 1.0)})
    assert found.lowest[KEYS.index("msd:rock")] == pytest.approx(0.6)
    assert found.lowest[KEYS.index("rock")] == 0


def test_a_tag_that_neither_vocabulary_has_is_refused() -> None:
    with pytest.raises(ValueError, match="kazoo"):
        limits({"kazoo": (0.9, 1.0)})


@pytest.mark.parametrize(
    "rules",
    [
        *INSTRUMENTS.values(),
        *map(genre_rules, read_genres()),
        RULES,
        *(speech_rules(female) for female in (True, False)),
        *(singing_rules(female) for female in (True, False, None)),
        *(mixed_rules(True, gain, sung=sung) for gain in (-30, 0, 30) for sung in (True, False)),
    ],
)
def test_no_rule_contradicts_itself(rules: Rules) -> None:
    found = limits(rules)
    assert (found.lowest <= found.highest).all()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("trumpet", "violin"), ("accordion", "violin"), ("organ", "strings"),
        ("marimba", "flute"), ("banjo", "indian"), ("clarinet", "flute"), ("oboe", "flute"),
        ("bass guitar", "techno"), ("electric guitar", "electronic"), ("sitar", "techno"),
    ],
)  # fmt: skip
def test_what_teachers_mistake_an_instrument_for_is_low(name: str, wrong: str) -> None:
    assert has_label(INSTRUMENTS[name], wrong)
    assert highest(INSTRUMENTS[name], wrong) < 0.1


@pytest.mark.parametrize("name", ["piano", "violin", "cello", "flute", "harp", "sitar"])
def test_an_instrument_that_has_a_tag_gets_it(name: str) -> None:
    assert lowest(INSTRUMENTS[name], name) > 0.85


def test_a_womans_own_tags_are_high_and_a_mans_low() -> None:
    for rules in (speech_rules(True), singing_rules(True), mixed_rules(True, 6, sung=True)):
        assert lowest(rules, "female") > 0.7
        assert highest(rules, "male") < 0.1
        assert highest(rules, "msd:male vocalists") < 0.1
        assert highest(rules, "no vocals") < 0.1


def test_where_nobody_knows_who_sings_neither_sex_has_a_label() -> None:
    rules = singing_rules(None)
    assert not has_label(rules, "female")
    assert not has_label(rules, "male")
    assert lowest(rules, "vocals") > 0.5


def test_a_voice_far_below_the_music_needs_less() -> None:
    near, far = (lowest(mixed_rules(True, gain, sung=True), "female") for gain in (6, -6))
    assert 0.3 < far < near


def test_speech_is_neither_a_genre_nor_an_instrument_nor_song() -> None:
    for tag in ("guitar", "rock", "techno", "msd:rock", "msd:jazz", "msd:instrumental"):
        assert highest(speech_rules(False), tag) < 0.1
    assert highest(speech_rules(False), "singing") < 0.3


def test_noise_is_nothing() -> None:
    assert (limits(RULES).highest < 0.15).all()
    assert limits(RULES).known.all()


@pytest.mark.parametrize("tag", ["jazz", "blues", "funk", "Hip-Hop", "country", "rock"])
def test_a_band_plays_its_genre_and_other_genres_have_no_label(tag: str) -> None:
    (genre,) = [each for each in read_genres() if each.name == tag.lower()]
    rules = genre_rules(genre)
    assert lowest(rules, f"msd:{tag}") > 0.45
    assert not has_label(rules, "msd:soul") or tag == "funk"
    assert highest(rules, "female") < 0.1
