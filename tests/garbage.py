"""How often the processes of the tests look for garbage: to do so as often as Python does by itself
took a seventh of all their work."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """What is there now stays and is not looked at again; what comes is, a hundred times less."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
