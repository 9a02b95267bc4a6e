"""Running an iterator ahead in a thread, by a bounded distance."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")


class _End:
    """Put after the last item, with the error that ended the iteration, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[Item], *, depth: int) -> Generator[Item, None, None]:
    """Iterate `items` in a background thread, at most `depth` items ahead of the consumer.

    An error of `items` is raised here. Closing this generator stops the thread.
    """
    queue: Queue[Item | _End] = Queue(depth)
    stop = Event()
    thread = Thread(target=_produce, args=(items, queue, stop), name="prefetch", daemon=True)
    thread.start()
    try:
        yield from _consume(queue)
    finally:
        stop.set()
        thread.join()


def _consume(queue: Queue[Item | _End]) -> Iterator[Item]:
    while True:
        item = queue.get()
        if not isinstance(item, _End):
            yield item
        elif item.error is None:
            return
        else:
            raise item.error


def _produce(items: Iterable[Item], queue: Queue[Item | _End], stop: Event) -> None:
    error: BaseException | None = None
    try:
        for item in items:
            if not _put(queue, item, stop):
                return
    except BaseException as raised:  # noqa: BLE001 - raised again in the consumer's thread
        error = raised
    _put(queue, _End(error), stop)


def _put(queue: Queue[Item | _End], item: Item | _End, stop: Event) -> bool:
    """Put one item as soon as there is room; False when the consumer has gone."""
    while not stop.is_set():
        try:
            # So long a consumer that has gone waits for this thread to notice, at most.
            queue.put(item, timeout=0.1)
        except Full:
            continue
        return True
    return False
