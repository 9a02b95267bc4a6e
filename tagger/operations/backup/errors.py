from __future__ import annotations


class BackupError(Exception):
    """The message says what is in the way and what to do."""
