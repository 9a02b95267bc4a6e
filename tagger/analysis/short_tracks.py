"""Short tracks that are analysed one behind the other, their jobs claimed as their turn comes near.

One is decoded while the network analyses another and a third is written, and short ones share its
batches: by itself each would wait for all three.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion, Track
from tagger.platform.celery.shutdown import is_shutting_down
from tagger.tags.effective import active_model

if TYPE_CHECKING:
    from ml.inference import Request

# Tracks below this (in seconds) are analysed several at a time.
SHORT = 60.0
# Of all that are claimed at a time: whoever comes next does not wait for long. A track that is
# longer by itself lets shorter ones through while it is analysed.
TOGETHER = 300.0
# So much is on its way through decoder and network: more would be asked for in more queries.
REFILL_BELOW = 180.0
# A third of a lease: two renewals may be late before another worker takes over.
RENEW_EVERY = 10.0

Claimed = tuple[Job, Track]


def is_short(track: Track) -> bool:
    return bool(track.duration and track.duration < SHORT)


class ShortTracks:
    """A claimed job and its track, and where that is short, those like it that wait.

    Five minutes of sound are claimed with it, and as these end more, as long as nothing else waits;
    without `going_on` no more. Iterate it for one after the other; those whose turn has not come
    when the block is left are put back. Its `requests` are for the tagger, which asks for them in
    another thread.
    """

    def __init__(
        self,
        job: Job,
        track: Track,
        model: ModelVersion,
        request: Callable[[Job, Track], Request],
        *,
        going_on: bool,
    ) -> None:
        self._job, self._model, self._request = job, model, request
        self._going_on = going_on
        self._left: deque[Claimed] = deque()
        self._coming: SimpleQueue[Request | None] = SimpleQueue()
        self._open = is_short(track)
        self._renewed = time.monotonic()
        self._add(job, track)

    def requests(self) -> Iterator[Request | None]:
        """In their order; None before what is not claimed yet is waited for."""
        while True:
            if self._coming.empty():
                yield None
            request = self._coming.get()
            if request is None:
                return
            yield request

    def __iter__(self) -> Iterator[Claimed]:
        while self._left:
            yield self._left.popleft()
            self._renew()
            self._fill_up()

    def __enter__(self) -> Self:
        if self._open:
            self._claim()
        else:
            self._end()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        for job, _track in self._left:
            lifecycle.release(job)

    def _add(self, job: Job, track: Track) -> None:
        self._left.append((job, track))
        self._coming.put(self._request(job, track))

    def _end(self) -> None:
        self._open = False
        self._coming.put(None)

    def _fill_up(self) -> None:
        if not self._open or self._seconds() > REFILL_BELOW:
            return
        if self._may_go_on():
            self._claim()
        else:
            self._end()

    def _claim(self) -> None:
        room = TOGETHER - self._seconds()
        alike = lifecycle.claim_alike(self._job, shorter_than=SHORT, seconds=room)
        for job in alike:
            if job.track:
                self._add(job, job.track)
        if not alike:
            self._end()

    def _seconds(self) -> float:
        return sum(track.duration or 0.0 for _, track in self._left)

    def _may_go_on(self) -> bool:
        """Others have their turn, and tracks for the active model are not given a former one."""
        if not self._going_on or is_shutting_down():
            return False
        if lifecycle.others_wait(self._job, shorter_than=SHORT):
            return False
        return self._job.model is not None or active_model() == self._model

    def _renew(self) -> None:
        """Of those whose turn has not come yet, on a slow machine."""
        if time.monotonic() > self._renewed + RENEW_EVERY:
            self._renewed = time.monotonic()
            for job, _track in self._left:
                lifecycle.renew(job)
