from __future__ import annotations

from typing import Protocol


class Service(Protocol):
    """What the supervisor keeps alive."""

    name: str

    def start(self) -> None: ...

    def alive(self) -> bool: ...

    def ask_to_stop(self) -> None:
        """Returns at once."""

    def stop(self) -> None:
        """Returns when it has ended."""
