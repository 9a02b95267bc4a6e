from __future__ import annotations

from tests.tagger.conftest import scratch_media, sent

__all__ = ["scratch_media", "sent"]
