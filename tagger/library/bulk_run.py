"""Works many tracks off, one at a time, and keeps count of what became of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from tagger.jobs import lifecycle
from tagger.models import Job, Track

from .bulk_actions import Act, RefusedError

# So many rows are read at a time: a cancelled job of a million tracks has not read them all.
CHUNK = 200
# Failures told one by one; of more, the number is.
MOST_LISTED_FAILURES = 50
REPORT_EVERY = 1.0  # seconds


@dataclass
class Tally:
    """`after` is the last track worked off, so that another attempt goes on behind it."""

    total: int | None = None
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    after: str = ""
    failures: list[dict[str, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.changed + self.unchanged + self.failed

    def refuse(self, track_id: UUID, title: str, reason: str) -> None:
        self.failed += 1
        if len(self.failures) < MOST_LISTED_FAILURES:
            self.failures.append({"track": str(track_id), "title": title, "reason": reason})


def run(job: Job, act: Act, tracks: QuerySet[Track], missing: list[UUID]) -> None:
    """Ends the job, whichever way. `tracks` are ordered by id; those of an earlier attempt are
    passed over."""
    tally = Tally(**job.result)
    if tally.total is None:
        tally.total = tracks.count() + len(missing)
        for name in missing:
            tally.refuse(name, "", "It is not in your library.")
    reported_at = 0.0
    for track, unchanged in _remaining(act, tracks, tally):
        _one(act, track, unchanged, tally)
        if time.monotonic() > reported_at + REPORT_EVERY:
            reported_at = time.monotonic()
            if not _report(job, act, tally):
                lifecycle.end_cancelled(job)
                return
    _report(job, act, tally)
    lifecycle.succeed(job)


def _one(act: Act, track: Track, unchanged: bool, tally: Tally) -> None:
    tally.after = str(track.pk)
    if unchanged:
        tally.unchanged += 1
        return
    try:
        changed = act.do(track)
    except RefusedError as refused:
        tally.refuse(track.pk, track.title, str(refused))
    except Track.DoesNotExist:
        tally.refuse(track.pk, track.title, "It has been deleted meanwhile.")
    else:
        tally.changed += changed
        tally.unchanged += not changed


def _report(job: Job, act: Act, tally: Tally) -> bool:
    lifecycle.keep_result(job, asdict(tally))
    return lifecycle.report(
        job, stage=act.action, done=tally.done, total=tally.total, unit="tracks"
    )


def _remaining(act: Act, tracks: QuerySet[Track], tally: Tally) -> Iterator[tuple[Track, bool]]:
    """Each track not worked off yet, and whether the action would leave it as it is.

    By id, a chunk at a time: what the action does to those behind changes nothing here.
    """
    while True:
        left = tracks.filter(pk__gt=tally.after) if tally.after else tracks
        chunk = list(left[:CHUNK])
        if not chunk:
            return
        same = Track.objects.filter(pk__in=[track.pk for track in chunk])
        unchanged = set(act.unaffected(same).values_list("pk", flat=True))
        yield from ((track, track.pk in unchanged) for track in chunk)
