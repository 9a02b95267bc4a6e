"""The holdout of a growing collection: recordings never trained on, decided once for all."""

from __future__ import annotations

import hashlib

# One in so many is held out: a quarter, since a person labels dozens of tracks, not thousands,
# and fewer would leave a tag without a validation clip.
HOLDOUT_SHARE = 4


def in_holdout(identity: str) -> bool:
    """Whether the recording with this lasting identity (a digest of its sound) is held out for
    validation.

    It depends on nothing else, so that no recording moves from validation to training.
    """
    digest = hashlib.sha256(identity.encode()).digest()
    return int.from_bytes(digest[:8], "big") % HOLDOUT_SHARE == 0
