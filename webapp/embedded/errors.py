from __future__ import annotations


class ServeError(Exception):
    """The installation cannot start or go on; the message is one sentence for its operator."""
