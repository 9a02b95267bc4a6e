"""What no text of a file may hold, wherever it is shown."""

from __future__ import annotations

# They turn the reading direction round: a name could pose as another with them.
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
