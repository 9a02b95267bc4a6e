"""The evaluation of a model on clips whose truth no network gave: speech, instruments, genres.

A folder of such clips has a `truth.tsv` with the columns file, kind (genre, speech, instrument or
noise) and truth. Such clips are few, so every area under a curve has an interval: a stratified
bootstrap over clips. What is asked is listed in QUESTIONS; a question for whose tag the model has
no word, or for which the folder has no clips, is left out.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.config.labels import LABELS

from .resamples import areas, draw, interval

Scores = npt.NDArray[np.floating]
INDEX = "truth.tsv"
RESAMPLES = 1000
# A tag's score from which on noise counts as music, and a dry instrument as a genre.
NOISE_LIMIT, GENRE_LIMIT = 0.3, 0.25
FALSE_GENRES = ("techno", "electronic", "rock")
TOP = 5


@dataclass(frozen=True)
class TruthClip:
    """A line of truth.tsv."""

    file: str
    kind: str
    truth: str


@dataclass(frozen=True)
class Question:
    """Does `tag` rank the clips of `kind` whose truth is one of `positive` above the others?

    `negative` names the truths of the others; empty: all the rest of that kind.
    """

    kind: str
    positive: tuple[str, ...]
    tag: str
    negative: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        against = " + ".join(self.negative) or "the rest"
        return f"{' + '.join(self.positive)} against {against}"


def _genre(tag: str, *positive: str) -> Question:
    return Question("genre", positive, tag)


_SUNG = ("country", "disco", "hiphop", "metal", "pop", "reggae", "rock")
QUESTIONS = (
    Question("speech", ("female",), "female"),
    Question("speech", ("male",), "male"),
    _genre("female", "pop"),
    _genre("female vocalists", "pop"),
    _genre("pop", "pop"),
    _genre("country", "country"),
    _genre("rock", "rock", "metal"),
    _genre("metal", "metal"),
    _genre("classical", "classical"),
    _genre("strings", "classical"),
    _genre("violin", "classical"),
    _genre("instrumental", "classical"),
    _genre("jazz", "jazz"),
    _genre("blues", "blues"),
    _genre("Hip-Hop", "hiphop"),
    _genre("soul", "reggae"),
    _genre("dance", "disco"),
    _genre("guitar", "blues"),
    _genre("electronic", "hiphop", "disco", "pop"),
    _genre("techno", "hiphop", "disco", "pop"),
    _genre("beat", "hiphop", "disco", "pop"),
    Question("genre", _SUNG, "vocals", ("classical", "jazz")),
)
# The words by which a genre is called, in either vocabulary.
OWN_WORDS = {
    "blues": ("blues",),
    "classical": ("classical",),
    "country": ("country",),
    "disco": ("disco", "dance"),
    "hiphop": ("hip-hop",),
    "jazz": ("jazz",),
    "metal": ("metal", "heavy metal"),
    "pop": ("pop",),
    "reggae": ("reggae", "soul"),
    "rock": ("rock",),
}


@dataclass(frozen=True)
class Answer:
    """ROC-AUC of one output for one question, with its 95 % interval."""

    question: str
    label: str
    positives: int
    negatives: int
    roc_auc: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class TruthReport:
    """All answers; shares are of the clips of a kind, None where the folder has none of it.

    `instruments_as_genres` and `noises_as_music` list the clips that are tagged as what they are
    not, each with its output and score. `own_words` says for every genre how many of its clips have
    the genre's own word in the top five of all words, `own_words_by_vocabulary` in the top five of
    a vocabulary's words: so many of fifty, as for a network that has that vocabulary alone.
    """

    model: str
    clips: int
    answers: list[Answer]
    instruments: int
    instruments_as_genres: list[str]
    noises: int
    noises_as_music: list[str]
    genres: int
    own_words: dict[str, int]
    own_words_by_vocabulary: dict[str, int]

    @property
    def noise_share(self) -> float | None:
        return len(self.noises_as_music) / self.noises if self.noises else None

    @property
    def own_word_share(self) -> float | None:
        return self._share_of_genres(self.own_words)

    @property
    def own_word_share_by_vocabulary(self) -> float | None:
        return self._share_of_genres(self.own_words_by_vocabulary)

    def _share_of_genres(self, hits: dict[str, int]) -> float | None:
        return sum(hits.values()) / self.genres if self.genres else None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "noise_share": self.noise_share,
            "own_word_share": self.own_word_share,
            "own_word_share_by_vocabulary": self.own_word_share_by_vocabulary,
        }


def read_truth(folder: Path) -> list[TruthClip]:
    """The clips of a folder. Raises ValueError when its table is missing or lacks a column."""
    index = folder / INDEX
    try:
        with index.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t"))
    except OSError as error:
        raise ValueError(
            f"{index} cannot be read ({error.strerror}); it lists the folder's clips with "
            "file, kind and truth."
        ) from error
    if not rows or not {"file", "kind", "truth"} <= set(rows[0]):
        raise ValueError(f"{index} must have the columns file, kind and truth, and a clip.")
    return [TruthClip(row["file"], row["kind"], row["truth"]) for row in rows]


def truth_report(
    model: str,
    labels: Sequence[str],
    clips: Sequence[TruthClip],
    scores: Scores,
    *,
    resamples: int = RESAMPLES,
) -> TruthReport:
    """Evaluate `scores` `(clips, labels)`, probabilities of the model's outputs."""
    of_kind = {kind: [k for k, clip in enumerate(clips) if clip.kind == kind] for kind in _KINDS}
    everything = list(range(len(labels)))
    return TruthReport(
        model=model,
        clips=len(clips),
        answers=list(_answers(labels, clips, scores, resamples)),
        instruments=len(of_kind["instrument"]),
        instruments_as_genres=_above(
            GENRE_LIMIT,
            _columns(labels, FALSE_GENRES),
            labels,
            clips,
            scores,
            of_kind["instrument"],
        ),
        noises=len(of_kind["noise"]),
        noises_as_music=_above(NOISE_LIMIT, everything, labels, clips, scores, of_kind["noise"]),
        genres=len(of_kind["genre"]),
        own_words=_own_words([everything], labels, clips, scores, of_kind["genre"]),
        own_words_by_vocabulary=_own_words(
            _vocabularies(labels), labels, clips, scores, of_kind["genre"]
        ),
    )


_KINDS = ("genre", "speech", "instrument", "noise")


def plain_name(label: str) -> str:
    """An output's name without the vocabulary that it may begin with."""
    return label.partition(": ")[2] or label


def _vocabularies(labels: Sequence[str]) -> list[list[int]]:
    """The columns of each vocabulary."""
    columns: dict[str, list[int]] = defaultdict(list)
    for column, label in enumerate(labels):
        columns[label.removesuffix(plain_name(label))].append(column)
    return list(columns.values())


def _columns(labels: Sequence[str], names: Iterable[str]) -> list[int]:
    wanted = {name.lower() for name in names}
    return [k for k, label in enumerate(labels) if plain_name(label).lower() in wanted]


def _answers(
    labels: Sequence[str], clips: Sequence[TruthClip], scores: Scores, resamples: int
) -> Iterable[Answer]:
    for question in QUESTIONS:
        among = [clip for clip in clips if clip.kind == question.kind]
        positive = {clip.file for clip in among if clip.truth in question.positive}
        others = {
            clip.file
            for clip in among
            if clip.file not in positive
            and (not question.negative or clip.truth in question.negative)
        }
        if not positive or not others:
            continue
        first = np.array([clip.file in positive for clip in clips])
        second = np.array([clip.file in others for clip in clips])
        for column in _columns(labels, [question.tag]):
            high, low = scores[first, column], scores[second, column]
            area, interval = _area(high, low, resamples)
            yield Answer(question.name, labels[column], len(high), len(low), area, interval)


def _area(high: Scores, low: Scores, resamples: int) -> tuple[float, tuple[float, float]]:
    """ROC-AUC and its 95 % interval, positives and negatives resampled apart."""
    drawn = [draw(len(part), None, resamples, seed) for seed, part in enumerate((high, low))]
    is_high = np.repeat([True, False], [len(high), len(low)])
    found = areas(is_high, np.concatenate([high, low]), np.hstack(drawn))
    return float(found[0]), interval(found[1:])


def _above(
    limit: float,
    columns: list[int],
    labels: Sequence[str],
    clips: Sequence[TruthClip],
    scores: Scores,
    rows: list[int],
) -> list[str]:
    mistakes = []
    for row in rows:
        best = max(columns, key=lambda column: scores[row, column], default=None)
        if best is not None and scores[row, best] > limit:
            mistakes.append(f"{clips[row].truth}: {labels[best]} {scores[row, best]:.2f}")
    return mistakes


def _own_words(
    lists: Sequence[list[int]],
    labels: Sequence[str],
    clips: Sequence[TruthClip],
    scores: Scores,
    rows: list[int],
) -> dict[str, int]:
    """Of every genre, the clips whose own word is in the top five of one of `lists` of columns."""
    hits = dict.fromkeys(sorted({clips[row].truth for row in rows}), 0)
    for row in rows:
        own = OWN_WORDS.get(clips[row].truth, (clips[row].truth,))
        hits[clips[row].truth] += any(
            not _top_words(labels, columns, scores[row]).isdisjoint(own) for columns in lists
        )
    return hits


def _top_words(labels: Sequence[str], columns: list[int], scores: Scores) -> set[str]:
    """The first of one clip's; synonyms take one place among the five, not several."""
    shown = {label.name: label.shown_as for label in LABELS}
    ranked = sorted(columns, key=lambda column: -scores[column])
    words = dict.fromkeys(
        shown.get(labels[column], plain_name(labels[column])).lower() for column in ranked
    )
    return set(list(words)[:TOP])
