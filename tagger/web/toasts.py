"""Messages with a way back."""

from __future__ import annotations

from django.contrib import messages

from .access import PageRequest


def offer_undo(request: PageRequest, said: str, address: str) -> None:
    """Say what has been done beside a button that posts to `address` and so undoes it."""
    messages.success(request, said, extra_tags=address)
