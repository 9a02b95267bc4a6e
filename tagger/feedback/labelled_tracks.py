"""The training examples in people's verdicts: which tracks have, or lack, which label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from ml.data import in_holdout
from tagger.models import Library, Tag, Verdict
from tagger.tags.settled import Word, keepers_of, settle

# Of the verdicts a new tag needs, this share must say yes, and this share no.
LEAST_SHARE = 6


@dataclass(frozen=True)
class LabelledTrack:
    """`answers` says of a label whether the track has it; of other labels nobody has spoken."""

    track_id: UUID
    audio_sha256: str
    file: str
    answers: dict[str, bool]

    @property
    def held_out(self) -> bool:
        return in_holdout(self.audio_sha256)


@dataclass(frozen=True)
class Support:
    """How many tracks speak for and against one label."""

    accepted: int
    rejected: int

    @property
    def total(self) -> int:
        return self.accepted + self.rejected

    @property
    def two_sided(self) -> bool:
        return bool(self.accepted and self.rejected)

    @property
    def wanted(self) -> int:
        return int(settings.TAG_VERDICTS)

    @property
    def least(self) -> int:
        return max(1, settings.TAG_VERDICTS // LEAST_SHARE)

    @property
    def enough(self) -> bool:
        """Whether a label no model knows yet can be learnt from them."""
        return self.total >= self.wanted and min(self.accepted, self.rejected) >= self.least


def labelled_tracks(labels: Iterable[str], of: Library | None = None) -> list[LabelledTrack]:
    """The tracks people have given a verdict on by one of `labels`, in a stable order. Two queries.

    `of` narrows it to the tracks of one library. Where several people have spoken, what their
    words come to counts.

    A verdict on a tag that is shown for several labels counts for each of them, but for those
    with a verdict of their own: to a person they are one word.
    """
    own, shown = _meanings(set(labels))
    answers: dict[UUID, dict[str, bool]] = defaultdict(dict)
    spread: dict[UUID, dict[str, bool]] = defaultdict(dict)
    tracks = {}
    for track, sha256, file, tag, answer in _settled_verdicts(of):
        accepted = answer == Verdict.Answer.ACCEPTED
        tracks[track] = (sha256, file)
        if tag in own:
            answers[track][own[tag]] = accepted
        spread[track] |= dict.fromkeys(shown.get(tag, ()), accepted)
    answers_of_track = {track: spread[track] | answers[track] for track in tracks}
    return [LabelledTrack(pk, *tracks[pk], said) for pk, said in answers_of_track.items() if said]


def support(tracks: Iterable[LabelledTrack]) -> dict[str, Support]:
    """For and against, by label."""
    counts = Counter((label, yes) for track in tracks for label, yes in track.answers.items())
    labels = dict.fromkeys(label for label, _ in counts)
    return {label: Support(counts[label, True], counts[label, False]) for label in labels}


def two_sided(tracks: Iterable[LabelledTrack], anchored: set[str]) -> list[LabelledTrack]:
    """The answers that make training examples.

    A label that only has accepted tracks would train the network to say "always", unless other
    data (`anchored`) has clips without it.
    """
    labelled = list(tracks)
    learnt = support(track for track in labelled if not track.held_out)
    learnable = anchored | {label for label, sides in learnt.items() if sides.two_sided}
    narrowed = [
        LabelledTrack(
            track.track_id,
            track.audio_sha256,
            track.file,
            {label: yes for label, yes in track.answers.items() if label in learnable},
        )
        for track in labelled
    ]
    return [track for track in narrowed if track.answers]


def new_labels(known: Iterable[str]) -> list[str]:
    """Tags that `known` lacks and that people have given verdicts on often enough.

    Beside labels that are known, those staff have added; by themselves, any that is shown.
    """
    there = set(known)
    tags = Tag.objects.filter(custom=True) if there else Tag.objects.filter(shown_as=None)
    support_by_name = support(labelled_tracks(set(tags.values_list("name", flat=True)) - there))
    return sorted(label for label, sides in support_by_name.items() if sides.enough)


def _settled_verdicts(of: Library | None) -> Iterator[tuple[UUID, str, str, int, str]]:
    """One answer a track and tag, in the order of the first word on it."""
    words: dict[tuple[UUID, int], list[Word]] = defaultdict(list)
    files: dict[UUID, tuple[str, str, int]] = {}
    for track, sha256, file, library, tag, person, answer in _standing(of):
        files[track] = (sha256, file, library)
        words[track, tag].append(Word(person, answer))
    several = {track for (track, _), said in words.items() if len(said) > 1}
    keepers = keepers_of({files[track][2] for track in several}) if several else {}
    for (track, tag), said in words.items():
        sha256, file, library = files[track]
        yield track, sha256, file, tag, settle(said, keepers.get(library, ())).answer


def _standing(of: Library | None) -> Iterable[tuple[UUID, str, str, int, int, int, str]]:
    rows = Verdict.objects.filter(withdrawn_at=None, track__deleted_at=None)
    if of is not None:
        rows = rows.filter(track__library=of)
    return rows.order_by("given_at", "pk").values_list(
        "track_id",
        "track__audio_sha256",
        "track__file",
        "track__library_id",
        "tag_id",
        "person_id",
        "answer",
    )


def _meanings(labels: set[str]) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Tag id → its own label; tag id → labels of the tags that are shown as it."""
    direct, shown = {}, defaultdict(list)
    for pk, name, parent in Tag.objects.filter(name__in=labels).values_list(
        "pk", "name", "shown_as_id"
    ):
        direct[pk] = name
        if parent:
            shown[parent].append(name)
    return direct, shown
