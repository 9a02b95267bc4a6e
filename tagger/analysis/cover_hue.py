"""The cover of a track that brings none: a colour that says how it sounds.

Tracks that sound alike get colours that are close to each other on the circle, so a list shows at a
glance where the music changes.
"""

from __future__ import annotations

import numpy as np

# The page has one class for each (static/css/covers.css): its security policy allows no colours
# that are written into a tag.
HUES = 24


def hue(embedding: np.ndarray) -> int:
    """Where on the colour circle a sound lies: 0…HUES−1, from its embedding `(size,)`.

    Two fixed directions, signs in turns and signs in pairs, span a plane; the angle in it is the
    hue. Their signs add up to nothing, so what all embeddings have in common hardly counts.
    """
    unit = np.arange(len(embedding))
    across = embedding @ np.where(unit & 1, 1.0, -1.0)
    up = embedding @ np.where(unit & 2, 1.0, -1.0)
    turn = np.arctan2(up, across) / (2 * np.pi)
    return int((turn % 1.0) * HUES) % HUES
