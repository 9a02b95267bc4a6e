"""Progress of a start, one numbered line a step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


def tell(line: str) -> None:
    print(line, flush=True)


class Steps:
    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.number += 1
        print(f"[{self.number}/{self.total}] {title} … ", end="", flush=True)
        started = time.monotonic()
        try:
            yield
        except BaseException:
            print("failed", flush=True)
            raise
        print(f"{time.monotonic() - started:.1f} s", flush=True)
