"""The tags of a comparison as a table: by one figure, in the order a person wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tagger.tags.label_words import label_words

from .compare_metrics import Pairing, SplitComparison, TagComparison
from .intervals import Difference

FIGURES = ("average-precision", "roc-auc")


@dataclass(frozen=True)
class TagRow:
    """`words` are what people read for the tag."""

    tag: str
    words: str
    positives: int
    figure: Pairing

    @property
    def beyond_chance(self) -> bool:
        change = self.figure.difference
        return change is not None and (change.better or change.worse)


@dataclass(frozen=True)
class TagTable:
    figure: str
    order: str
    rows: list[TagRow]

    @property
    def gains(self) -> int:
        return sum(change.better for change in self._changes)

    @property
    def losses(self) -> int:
        return sum(change.worse for change in self._changes)

    @property
    def _changes(self) -> list[Difference]:
        return [row.figure.difference for row in self.rows if row.figure.difference]


def tag_table(split: SplitComparison, figure: str = "", order: str = "") -> TagTable:
    """An unknown figure or order is the first of FIGURES or ORDERS."""
    chosen = figure if figure in FIGURES else FIGURES[0]
    sort = order if order in ORDERS else next(iter(ORDERS))
    words = label_words(tag.tag for tag in split.per_tag)
    rows = [_row(tag, words[tag.tag], chosen) for tag in split.per_tag]
    return TagTable(chosen, sort, sorted(rows, key=ORDERS[sort]))


def _row(tag: TagComparison, words: str, figure: str) -> TagRow:
    of = tag.roc_auc if figure == "roc-auc" else tag.average_precision
    return TagRow(tag.tag, words, tag.positives, of)


def _most_changed(row: TagRow) -> tuple[bool, bool, float, str]:
    """What is surely gained or lost, the largest first; then what may be chance; then the rest."""
    change = row.figure.difference
    return change is None, not row.beyond_chance, -abs(change.value) if change else 0.0, row.tag


def _gains_first(row: TagRow) -> tuple[bool, float, str]:
    change = row.figure.difference
    return change is None, -change.value if change else 0.0, row.tag


ORDERS: dict[str, Callable[[TagRow], Any]] = {
    "change": _most_changed,
    "gain": _gains_first,
    "tag": lambda row: row.words.lower(),
    "clips": lambda row: (-row.positives, row.tag),
}
