"""The vocabulary of a new installation, and of one that has been lived in."""

from __future__ import annotations

from typing import Any

import pytest

from ml.config import LABELS
from tagger.models import Tag
from tagger.operations.bootstrap import ensure_vocabulary

pytestmark = pytest.mark.django_db


def test_every_label_has_a_tag_and_synonyms_stand_under_what_they_are_shown_as() -> None:
    ensure_vocabulary()
    shown = dict(Tag.objects.values_list("name", "shown_as__name"))
    assert shown == {label.shown_as: None for label in LABELS} | {
        label.name: label.shown_as for label in LABELS if label.name != label.shown_as
    }
    assert dict(Tag.objects.values_list("name", "group")).items() >= {
        (label.name, label.group) for label in LABELS
    }


def test_a_second_time_it_only_looks(django_assert_num_queries: Any) -> None:
    ensure_vocabulary()
    before = list(Tag.objects.order_by("pk").values())
    with django_assert_num_queries(2):
        ensure_vocabulary()
    assert list(Tag.objects.order_by("pk").values()) == before


def test_what_staff_changed_stays_and_what_is_missing_comes_back() -> None:
    ensure_vocabulary()
    guitar = Tag.objects.get(name="guitar")
    Tag.objects.filter(pk=guitar.pk).update(group=Tag.Group.MOOD)
    Tag.objects.get(name="sitar").delete()
    ensure_vocabulary()
    guitar.refresh_from_db()
    assert guitar.group == Tag.Group.MOOD
    assert Tag.objects.filter(name="sitar").exists()


def test_a_slug_that_is_taken_is_no_silent_gap() -> None:
    Tag.objects.create(name="Guitar!", slug="guitar", custom=True)
    with pytest.raises(KeyError, match="guitar"):
        ensure_vocabulary()
