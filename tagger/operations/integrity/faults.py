"""What can be wrong with a library, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    FILE_MISSING = "file-missing"
    FILE_CHANGED = "file-changed"
    FILE_ORPHANED = "file-orphaned"
    UPLOAD_LEFT = "upload-left"
    NEVER_ANALYSED = "never-heard"
    ANALYSIS_BROKEN = "analysis-broken"
    ACTIVATIONS_LOST = "activations-lost"
    TAGS_STALE = "tags-stale"
    COUNTS_WRONG = "counts-wrong"
    WEIGHTS_MISSING = "weights-missing"
    WEIGHTS_CHANGED = "weights-changed"
    WEIGHTS_ORPHANED = "weights-orphaned"


# What --repair does. The others need a person.
REPAIRS = {
    Kind.FILE_ORPHANED: "delete the file",
    Kind.UPLOAD_LEFT: "delete the part that came",
    Kind.NEVER_ANALYSED: "queue it to be heard",
    Kind.ANALYSIS_BROKEN: "delete the analysis and queue the track to be heard again",
    Kind.ACTIVATIONS_LOST: "forget them: hearing the track makes them again",
    Kind.TAGS_STALE: "write the tags anew",
    Kind.WEIGHTS_ORPHANED: "delete the file",
    Kind.COUNTS_WRONG: "count the library's tracks anew",
}
BY_HAND = {
    Kind.FILE_MISSING: "restore the file from a backup, or delete the track",
    Kind.FILE_CHANGED: "restore the file from a backup; the disk may be failing",
    Kind.WEIGHTS_MISSING: "restore the file from a backup, or activate another model",
    Kind.WEIGHTS_CHANGED: "restore the file from a backup, or activate another model",
}


@dataclass(frozen=True)
class Fault:
    """`subject` is a file's name in its store, or the id of a track, analysis, user or model."""

    kind: Kind
    subject: str
    detail: str

    @property
    def remedy(self) -> str:
        return REPAIRS.get(self.kind) or BY_HAND[self.kind]

    @property
    def repairable(self) -> bool:
        return self.kind in REPAIRS
